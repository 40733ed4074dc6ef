package io.concordkv.replica;

import io.concordkv.base.Check;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.SnapshotMark;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Feeds committed entries to the state machine, one batch at a time; what is committed meanwhile
/// makes the next batch.
final class Applying {
  /// Who is told that a batch is applied.
  interface Listener {
    void applied(List<Entry> entries, SnapshotMark now, long bytes);
  }

  private final StateMachine machine;
  private final Listener listener;
  private List<Entry> waiting = List.of();
  private SnapshotMark now;
  private long reported;
  private boolean busy;
  private boolean paused;
  private boolean held;
  private @Nullable Runnable whenIdle;

  /// @param reported what the log counts as applied: ahead of the state if that lost something
  Applying(StateMachine machine, long reported, Listener listener) {
    this.machine = machine;
    this.listener = listener;
    now = machine.applied();
    this.reported = reported;
  }

  /// Up to where everything is applied, and the configuration there.
  SnapshotMark now() {
    return now;
  }

  /// Up to where the listener was told; behind [#now] if the state ran ahead of the log, and ahead
  /// of it while the state lacks something.
  long reported() {
    return reported;
  }

  boolean busy() {
    return busy;
  }

  /// Applies nothing more until [#renewed] or [#resume]. What comes meanwhile waits.
  void hold() {
    held = true;
  }

  /// The state is that of `mark` now, which lies ahead; what waits or comes up to there is not
  /// applied again.
  void renewed(SnapshotMark mark) {
    now = mark;
    held = false;
    pump();
  }

  void add(List<Entry> committed) {
    if (committed.isEmpty()) {
      return;
    }
    if (waiting.isEmpty()) {
      waiting = committed;
    } else {
      var joined = new ArrayList<Entry>(waiting.size() + committed.size());
      joined.addAll(waiting);
      joined.addAll(committed);
      waiting = joined;
    }
    pump();
  }

  /// A snapshot takes the place of all that waits: runs `then` once nothing is being applied.
  void pause(Runnable then) {
    Check.that(!paused, "one snapshot is installed at a time");
    paused = true;
    waiting = List.of();
    if (busy) {
      whenIdle = then;
    } else {
      then.run();
    }
  }

  /// The state is that of a snapshot now.
  void resume(SnapshotMark mark) {
    now = mark;
    reported = mark.last().index();
    paused = false;
    held = false;
    pump();
  }

  private void pump() {
    while (!busy && !paused && !held && !waiting.isEmpty()) {
      var batch = pass(waiting);
      waiting = List.of();
      if (batch.isEmpty()) {
        return;
      }
      busy = true;
      long bytes = 0;
      Configuration configuration = now.configuration();
      for (var entry : batch) {
        bytes += entry.bytes();
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
          configuration = entry.after(configuration);
        }
      }
      Check.that(
          batch.getFirst().index() == now.last().index() + 1,
          "entry %d is applied behind entry %d",
          batch.getFirst().index(),
          now.last().index());
      var after = new SnapshotMark(batch.getLast().position(), configuration);
      long total = bytes;
      machine.apply(batch, after, () -> done(batch, after, total));
    }
  }

  /// Tells of entries that the state has already, and returns the others.
  private List<Entry> pass(List<Entry> batch) {
    int known = 0;
    long bytes = 0;
    while (known < batch.size() && batch.get(known).index() <= now.last().index()) {
      bytes += batch.get(known++).bytes();
    }
    if (known == 0) {
      return batch;
    }
    var passed = batch.subList(0, known);
    var last = passed.getLast().position();
    reported = last.index();
    listener.applied(passed, new SnapshotMark(last, now.configuration()), bytes);
    return batch.subList(known, batch.size());
  }

  private void done(List<Entry> entries, SnapshotMark after, long bytes) {
    Check.that(busy, "a batch is applied once");
    busy = false;
    now = after;
    reported = after.last().index();
    listener.applied(entries, after, bytes);
    var then = whenIdle;
    if (then != null) {
      whenIdle = null;
      then.run();
    } else {
      pump();
    }
  }
}
