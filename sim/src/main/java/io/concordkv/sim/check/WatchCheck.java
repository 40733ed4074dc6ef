package io.concordkv.sim.check;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Span;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.sim.model.ApiModel;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The guarantees of one watch: what it is told, against all that happened. Ordered, unique,
/// atomic, reliable, resumable and bookmarkable are the words of etcd's documentation.
///
/// A watch that ends can go on as another one that starts at [#next()].
public final class WatchCheck {
  /// Events come in the order of their revisions.
  public static final String ORDERED = "watch.ordered";

  /// No event comes twice.
  public static final String UNIQUE = "watch.unique";

  /// The events of a revision come in one response, unless fragments were asked for.
  public static final String ATOMIC = "watch.atomic";

  /// Nothing is left out between two events.
  public static final String RELIABLE = "watch.reliable";

  /// It begins exactly where it was asked to, or is cancelled because that is compacted.
  public static final String RESUMABLE = "watch.resumable";

  /// When progress is told, nothing up to there is still to come.
  public static final String BOOKMARKABLE = "watch.bookmarkable";

  /// What the key was before is right, where it was asked for.
  public static final String PREVIOUS = "watch.prev-kv";

  /// An event shows rightly what was written, and whether that made the key or changed it.
  public static final String CREATE_OR_MODIFY = "watch.create-or-modify";

  /// Nothing comes that was not asked for.
  public static final String FILTER = "watch.filter";

  /// Each watch is answered as created once, before anything else, and never after its end.
  public static final String CREATED = "watch.created";

  /// No header names a revision below the response's events or one that does not exist.
  public static final String HEADER = "watch.header";

  private final String name;
  private final ApiModel model;
  private final WatchRequest request;
  private final Span span;
  private boolean created;
  private boolean ended;
  private long start;

  /// Of all revisions below this one everything was told.
  private long next;

  /// How many events of revision `next` were told, in fragments.
  private int told;

  private long lastEvent;
  private long bookmark;

  /// @param name for messages
  public WatchCheck(String name, ApiModel model, WatchRequest request) {
    this.name = name;
    this.model = model;
    this.request = request;
    var asked = request.span();
    span = asked.key().isEmpty() ? new Span(Bytes.wrap(new byte[1]), asked.end()) : asked;
    start = request.startRevision();
    next = start;
  }

  /// Where a watch has to start that goes on from here; 0 before anything is known.
  public long next() {
    return next;
  }

  /// Whether it was answered as created.
  public boolean created() {
    return created;
  }

  /// It was cancelled, whoever wanted that.
  public boolean ended() {
    return ended;
  }

  public WatchRequest request() {
    return request;
  }

  @Override
  public String toString() {
    return "%s created %b, next %d".formatted(name, created, next);
  }

  /// Whether nothing up to `revision` is still to be told.
  public boolean complete(long revision) {
    while (created && told == 0 && next <= revision && next <= model.revision()) {
      if (!wanted(next).isEmpty()) {
        return false;
      }
      next++;
    }
    return next > revision;
  }

  /// Takes a response with this watch's id, or one for all watches of its stream.
  public void take(WatchAnswer answer) {
    that(!ended, CREATED, "is told after its end", answer);
    if (answer.created()) {
      that(!created && answer.events().isEmpty(), CREATED, "is created again", answer);
      that(!span.isEmpty(), CREATED, "of nothing is created", answer);
      header(answer, 0);
      created = true;
      if (start == 0) {
        start = answer.revision() + 1;
        next = start;
      }
      ended = answer.canceled();
      return;
    }
    that(created, CREATED, "is told before it is created", answer);
    if (answer.canceled()) {
      cancelled(answer);
    } else if (answer.events().isEmpty()) {
      progress(answer);
    } else {
      events(answer);
    }
  }

  /// It is not to be: only one of an empty range may be told so.
  public void refused(WatchAnswer answer) {
    that(span.isEmpty() && answer.canceled(), CREATED, "is refused", answer);
    ended = true;
  }

  private void cancelled(WatchAnswer answer) {
    ended = true;
    if (answer.compactRevision() != 0) {
      that(
          next < answer.compactRevision() && answer.compactRevision() <= model.compactRevision(),
          RESUMABLE,
          "is cancelled though what it needs is there",
          answer);
      next = answer.compactRevision();
    }
  }

  private void progress(WatchAnswer answer) {
    header(answer, 0);
    that(told == 0 && complete(answer.revision()), BOOKMARKABLE, "lacks events", answer);
    bookmark = Math.max(bookmark, answer.revision());
  }

  private void events(WatchAnswer answer) {
    that(!answer.fragment() || request.fragment(), ATOMIC, "is told a fragment", answer);
    for (var event : answer.events()) {
      event(event, answer);
    }
    that(told == 0 || answer.fragment(), ATOMIC, "is told a part of a revision", answer);
    header(answer, lastEvent);
  }

  private void event(Event event, WatchAnswer answer) {
    long revision = event.pair().modRevision();
    that(passes(event), FILTER, "did not ask for", event, answer);
    that(revision <= model.revision(), CREATE_OR_MODIFY, "never happened:", event, answer);
    if (revision < next) {
      repeated(revision, event, answer);
    }
    while (next < revision) {
      boolean nothing = wanted(next).isEmpty();
      var check = lastEvent == 0 ? RESUMABLE : RELIABLE;
      that(
          nothing,
          told > 0 ? RELIABLE : check,
          "misses revision " + next + " before",
          event,
          answer);
      next++;
    }
    var wanted = wanted(revision);
    same(wanted, event, answer);
    told++;
    lastEvent = revision;
    if (told == wanted.size()) {
      told = 0;
      next++;
    }
  }

  private void repeated(long revision, Event event, WatchAnswer answer) {
    that(revision >= start, RESUMABLE, "starts at " + start + ", before it is", event, answer);
    that(revision > bookmark, BOOKMARKABLE, "had progress " + bookmark + " before", event, answer);
    that(revision < lastEvent, UNIQUE, "is told again of", event, answer);
    that(false, ORDERED, "was told of " + lastEvent + " before", event, answer);
  }

  /// It is the next one of those that are wanted of its revision.
  private void same(List<Event> wanted, Event event, WatchAnswer answer) {
    var key = event.pair().key();
    if (told < wanted.size() && wanted.get(told).pair().key().equals(key)) {
      var expected = wanted.get(told);
      boolean equal = expected.kind() == event.kind() && expected.pair().equals(event.pair());
      that(equal, CREATE_OR_MODIFY, "should be told " + expected + ", not", event, answer);
      previous(expected, event, answer);
      return;
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.get(i).pair().key().equals(key)) {
        that(i > told, UNIQUE, "is told again of", event, answer);
        that(false, RELIABLE, "misses " + wanted.get(told) + " before", event, answer);
      }
    }
    that(false, CREATE_OR_MODIFY, "should be told " + wanted + ", not", event, answer);
  }

  /// What the key was is told unless that was compacted, or nobody asked.
  private void previous(Event expected, Event event, WatchAnswer answer) {
    var previous = event.previous();
    boolean compacted = event.pair().modRevision() - 1 < model.compactRevision();
    boolean right =
        request.previous()
            ? Objects.equals(previous, expected.previous()) || (previous == null && compacted)
            : previous == null;
    that(right, PREVIOUS, "should be told of " + expected.previous() + " in", event, answer);
  }

  private void header(WatchAnswer answer, long atLeast) {
    that(
        answer.revision() >= atLeast && answer.revision() <= model.revision(),
        HEADER,
        "of revisions " + atLeast + " to " + model.revision(),
        answer);
  }

  private List<Event> wanted(long revision) {
    var all = model.events(revision);
    if (all.stream().allMatch(this::passes)) {
      return all;
    }
    var wanted = new ArrayList<>(all);
    wanted.removeIf(event -> !passes(event));
    return wanted;
  }

  private boolean passes(Event event) {
    boolean filtered = event.kind() == Event.Kind.PUT ? request.noPut() : request.noDelete();
    return !filtered && span.contains(event.pair().key());
  }

  private void that(boolean holds, String check, String what, WatchAnswer answer) {
    if (!holds) {
      throw new Violation(check, name + " " + what + ", next is " + next + ": " + answer);
    }
  }

  private void that(boolean holds, String check, String what, Event event, WatchAnswer answer) {
    if (!holds) {
      that(false, check, what + " " + event + " of " + request, answer);
    }
  }
}
