package io.concordkv.mvcc.watch;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.Timer;
import io.concordkv.base.env.Workers;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.History;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// All watches of a keyspace.
///
/// A watch is either *synced*, fed while changes are published, or *lagging*, fed from the history
/// by a worker, some revisions at a time. It starts to lag when it asks for the past, when its sink
/// is full, or when the values before a change must be read for it. There is no queue of events for
/// any watch: what one waits for is in the history, so a slow watch costs nothing and delays
/// nobody.
///
/// Owned by one loop.
public final class WatchHub {
  /// So many lagging watches share one reading of the history.
  private static final int GROUP = 64;

  private final MvccStore store;
  private final Env env;
  private final WatchOptions options;
  private final RandomGenerator jitter;
  private final WatchIndex synced = new WatchIndex();

  // By turn: whoever was fed goes to the end.
  private final TreeMap<Long, Watch> lagging = new TreeMap<>();
  private long turns;

  // All synced watches by turn, for when the content is replaced.
  private final TreeMap<Long, Watch> syncedByTurn = new TreeMap<>();

  private final Recent recent = new Recent();
  private final List<Watch> found = new ArrayList<>();
  private final List<Watch> touched = new ArrayList<>();
  private boolean reading;

  // Everything up to here was published to the synced watches.
  private long published;

  public WatchHub(MvccStore store, Env env, WatchOptions options) {
    this.store = store;
    this.env = env;
    this.options = options;
    jitter = env.random("watch-progress");
    published = store.revision();
  }

  public WatchStream open(WatchSink sink) {
    return new WatchStream(this, sink);
  }

  /// Tells the watchers what was just applied. Called after the engine was written.
  public void publish(List<Revision> revisions) {
    boolean behind = false;
    for (var revision : revisions) {
      if (reading) {
        recent.add(revision);
      }
      published = revision.number();
      for (var event : revision.events()) {
        touch(event, revision.number());
      }
      for (var watch : touched) {
        boolean late = env.fault("watch/lag");
        if (watch.state == Watch.State.SYNCED
            && (late || !sendLive(watch, revision, watch.pending))) {
          synced.remove(watch);
          syncedByTurn.remove(watch.turn);
          lag(watch, revision.number());
          behind = true;
          env.reached("watch/fell-behind");
        }
        watch.pending.clear();
      }
      touched.clear();
    }
    // Who lagged before is being fed, or waits for its sink.
    if (behind) {
      catchUp();
    }
  }

  /// The store was compacted, or its content was replaced by a snapshot: every watcher that stands
  /// behind is cancelled, every other one goes on from its own next revision.
  public void restored() {
    if (store.revision() != published) {
      for (var watch : new ArrayList<>(syncedByTurn.values())) {
        long next = Math.max(watch.next, published + 1);
        if (next <= store.revision()) {
          synced.remove(watch);
          syncedByTurn.remove(watch.turn);
          lag(watch, next);
        }
      }
      published = store.revision();
    }
    new ArrayList<>(lagging.values()).forEach(this::cancelIfCompacted);
    catchUp();
  }

  void start(Watch watch, long startRevision) {
    if (startRevision == 0 || startRevision > store.revision()) {
      watch.next = Math.max(startRevision, store.revision() + 1);
      sync(watch);
    } else {
      lag(watch, startRevision);
      if (!cancelIfCompacted(watch)) {
        catchUp();
      }
    }
  }

  void stop(Watch watch) {
    switch (watch.state) {
      case SYNCED -> {
        synced.remove(watch);
        syncedByTurn.remove(watch.turn);
      }
      case LAGGING -> lagging.remove(watch.turn);
      case COMPACTED, CLOSED -> {}
    }
    watch.state = Watch.State.CLOSED;
  }

  /// Whether it was sent everything there is, and its start is not still to come.
  boolean upToDate(Watch watch) {
    return watch.state == Watch.State.SYNCED && watch.next <= store.revision() + 1;
  }

  /// Reads the next piece of the history for those who lag and can take it. One at a time.
  void catchUp() {
    if (reading || lagging.isEmpty() || store.reloading()) {
      return;
    }
    var group = group();
    if (group.isEmpty()) {
      return;
    }
    reading = true;
    recent.clear();
    boolean previous = false;
    for (var watch : group) {
      previous |= watch.previous;
    }
    long frozen = store.revision();
    long era = store.era();
    var history =
        store.history(
            group.getFirst().next, options.catchUpRevisions(), new Wanted(group), previous);
    env.workers()
        .run(
            Workers.Lane.READ,
            history,
            env.loop(),
            read -> {
              reading = false;
              // What was read of replaced content may have gaps.
              if (era == store.era()) {
                group.forEach(watch -> feed(watch, read, frozen));
              }
              catchUp();
            });
  }

  long revision() {
    return store.revision();
  }

  int maxResponseBytes() {
    return options.maxResponseBytes();
  }

  Timer afterProgressInterval(Runnable task) {
    long nanos = options.progressInterval().toNanos();
    return env.loop()
        .after(options.progressInterval().plusNanos(jitter.nextLong(nanos / 10 + 1)), task);
  }

  private void touch(Event event, long revision) {
    found.clear();
    synced.find(event.pair().key(), found);
    for (var watch : found) {
      if (watch.next <= revision && watch.passes(event)) {
        if (watch.pending.isEmpty()) {
          touched.add(watch);
        }
        watch.pending.add(event);
      }
    }
  }

  /// Sends the events of one revision that a watch wants; false if it cannot have them now.
  private static boolean sendLive(Watch watch, Revision revision, List<Event> events) {
    if (!watch.stream.ready()) {
      return false;
    }
    var seen = new ArrayList<Event>(events.size());
    for (var event : events) {
      if (watch.lacksPrevious(event)) {
        return false;
      }
      seen.add(watch.seen(event));
    }
    watch.stream.send(watch, revision.number(), seen);
    return true;
  }

  /// Those whose turn it is, and who need about the same piece of the history.
  private List<Watch> group() {
    var group = new ArrayList<Watch>();
    var tooLate = new ArrayList<Watch>();
    long from = 0;
    for (var watch : lagging.values()) {
      if (group.size() == GROUP) {
        break;
      }
      if (watch.stream.ready()) {
        if (watch.next < store.compactRevision()) {
          tooLate.add(watch);
          continue;
        }
        from = group.isEmpty() ? watch.next : from;
        if (watch.next >= from && watch.next - from < options.catchUpRevisions()) {
          group.add(watch);
        }
      }
    }
    tooLate.forEach(this::cancelIfCompacted);
    return group;
  }

  private void feed(Watch watch, History history, long frozen) {
    if (watch.state != Watch.State.LAGGING || !watch.stream.ready()) {
      return;
    }
    lagging.remove(watch.turn);
    var events = new ArrayList<Event>();
    for (var revision : history.revisions()) {
      if (revision.number() >= watch.next) {
        collect(watch, revision, events);
      }
    }
    if (!events.isEmpty()) {
      watch.stream.send(watch, history.through(), events);
    }
    watch.next = Math.max(watch.next, history.through() + 1);
    boolean all = history.through() == frozen && recent.complete() && sendRecent(watch);
    // What is sent may make the sink's owner close the stream.
    if (watch.state == Watch.State.LAGGING) {
      if (all) {
        sync(watch);
      } else {
        lag(watch, watch.next);
      }
    }
  }

  /// Sends what was published while the history was read; false if the watch could not take all.
  private boolean sendRecent(Watch watch) {
    for (var revision : recent.revisions()) {
      if (revision.number() >= watch.next) {
        var events = new ArrayList<Event>();
        for (var event : revision.events()) {
          if (watch.span.contains(event.pair().key()) && watch.passes(event)) {
            events.add(event);
          }
        }
        if (!events.isEmpty() && !sendLive(watch, revision, events)) {
          return false;
        }
        watch.next = revision.number() + 1;
      }
    }
    return true;
  }

  private static void collect(Watch watch, Revision revision, List<Event> events) {
    for (var event : revision.events()) {
      if (watch.span.contains(event.pair().key()) && watch.passes(event)) {
        events.add(watch.seen(event));
      }
    }
  }

  private boolean cancelIfCompacted(Watch watch) {
    if (watch.next >= store.compactRevision()) {
      return false;
    }
    lagging.remove(watch.turn);
    watch.state = Watch.State.COMPACTED;
    env.reached("watch/compacted");
    watch.stream.compacted(watch, store.compactRevision());
    return true;
  }

  private void sync(Watch watch) {
    watch.state = Watch.State.SYNCED;
    watch.turn = turns++;
    synced.add(watch);
    syncedByTurn.put(watch.turn, watch);
  }

  private void lag(Watch watch, long next) {
    watch.state = Watch.State.LAGGING;
    watch.next = next;
    watch.turn = turns++;
    lagging.put(watch.turn, watch);
  }
}
