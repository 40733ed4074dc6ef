package io.concordkv.mvcc.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.mvcc.EtcdModel;
import io.concordkv.mvcc.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One stream's client, which holds every answer against the log of what happened: ordered, unique,
/// atomic, reliable, resumable, bookmarkable, filtered, and with the previous pairs.
final class WatchedClient {
  final BoundedSink sink;
  private final EtcdModel model;
  private final ArrayList<WatchRequest> asked = new ArrayList<>();
  final TreeMap<Long, Following> following = new TreeMap<>();
  int events;
  int bookmarks;
  int compactions;
  @Nullable WatchStream stream;

  /// What a watch has got so far.
  static final class Following {
    final WatchRequest request;

    /// All that it wants up to here has arrived.
    long through;

    final List<Event> fragments = new ArrayList<>();

    Following(WatchRequest request, long through) {
      this.request = request;
      this.through = through;
    }
  }

  WatchedClient(EtcdModel model, int capacity) {
    this.model = model;
    sink = new BoundedSink(capacity, this::accept);
  }

  WatchStream stream() {
    return java.util.Objects.requireNonNull(stream);
  }

  void create(WatchRequest request) {
    asked.add(request);
    stream().create(request);
  }

  void cancel(long id) {
    stream().cancel(id);
  }

  /// Nothing that any watch wants is missing.
  void hasEverything() {
    for (var watch : following.values()) {
      assertThat(next(watch.request, watch.through, model.revision))
          .as("what %s still lacks after %d", watch.request, watch.through)
          .isZero();
    }
  }

  private void accept(WatchAnswer answer) {
    if (answer.created()) {
      created(answer);
    } else if (answer.canceled()) {
      canceled(answer);
    } else if (answer.events().isEmpty()) {
      bookmarks++;
      if (answer.watchId() == -1) {
        following.values().forEach(watch -> bookmark(watch, answer.revision()));
      } else {
        bookmark(following(answer), answer.revision());
      }
    } else {
      events(following(answer), answer);
    }
  }

  private void created(WatchAnswer answer) {
    var request = asked.removeFirst();
    if (answer.canceled()) {
      assertThat(answer.watchId()).isEqualTo(-1);
      return;
    }
    long start = request.startRevision() == 0 ? answer.revision() + 1 : request.startRevision();
    following.put(answer.watchId(), new Following(request, start - 1));
  }

  private void canceled(WatchAnswer answer) {
    var watch = following.remove(answer.watchId());
    if (answer.compactRevision() != 0) {
      compactions++;
      assertThat(watch).isNotNull();
      assertThat(answer.compactRevision())
          .isLessThanOrEqualTo(model.compacted)
          .isGreaterThan(watch == null ? 0 : watch.through + 1);
    }
  }

  private void bookmark(Following watch, long revision) {
    if (watch.through < revision) {
      assertThat(next(watch.request, watch.through, revision))
          .as("what %s lacks at the bookmark %d", watch.request, revision)
          .isZero();
      watch.through = revision;
    }
  }

  private void events(Following watch, WatchAnswer answer) {
    events += answer.events().size();
    watch.fragments.addAll(answer.events());
    if (answer.fragment()) {
      assertThat(watch.request.fragment()).isTrue();
      return;
    }
    var all = List.copyOf(watch.fragments);
    watch.fragments.clear();
    int at = 0;
    while (at < all.size()) {
      long revision = all.get(at).pair().modRevision();
      assertThat(revision)
          .as("the next revision for %s after %d", watch.request, watch.through)
          .isEqualTo(next(watch.request, watch.through, model.revision));
      for (var expected : wanted(watch.request, revision)) {
        assertThat(at).as("no revision is split").isLessThan(all.size());
        same(watch, all.get(at++), expected);
      }
      watch.through = revision;
    }
    assertThat(answer.revision()).isBetween(watch.through, model.revision);
  }

  private void same(Following watch, Event actual, Event expected) {
    assertThat(actual.kind()).isEqualTo(expected.kind());
    assertThat(actual.pair()).isEqualTo(expected.pair());
    boolean mayBeGone = actual.pair().modRevision() - 1 < model.compacted;
    if (!watch.request.previous()) {
      assertThat(actual.previous()).isNull();
    } else if (actual.previous() != null || !mayBeGone) {
      assertThat(actual.previous()).isEqualTo(expected.previous());
    }
  }

  /// The first revision behind `after`, up to `to`, with anything for the request; 0 if none.
  private long next(WatchRequest request, long after, long to) {
    for (var revision : model.log) {
      if (revision.number() > after
          && revision.number() <= to
          && !wanted(request, revision.number()).isEmpty()) {
        return revision.number();
      }
    }
    return 0;
  }

  private List<Event> wanted(WatchRequest request, long number) {
    var revision = model.log.get((int) number - 2);
    return revision.events().stream()
        .filter(event -> request.span().contains(event.pair().key()))
        .filter(event -> event.kind() == Event.Kind.PUT ? !request.noPut() : !request.noDelete())
        .toList();
  }

  private Following following(WatchAnswer answer) {
    var watch = following.get(answer.watchId());
    assertThat(watch).as("an answer is for a watch that is open: %s", answer).isNotNull();
    return java.util.Objects.requireNonNull(watch);
  }
}
