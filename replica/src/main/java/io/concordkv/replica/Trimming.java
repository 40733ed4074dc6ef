package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.raft.Entry;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.storage.wal.Wal;
import java.util.List;

/// Gives the log free, once the state has durably what it holds and that lets whole segments go.
/// What followers may still need stays, unless it pins the log of all groups.
final class Trimming {
  private static final int PINNED_SEGMENTS = 4;

  private final Env env;
  private final Wal wal;
  private final long segmentBytes;
  private final long flushEntries;
  private final StateMachine machine;
  private final Applying applying;
  private final GroupWriter writer;
  private final History history;
  private final CatchUp catchUp;
  private final RaftNode raft;
  private final Runnable freed;
  private boolean trimming;
  private long flushedAt;
  private long shedTo;

  Trimming(
      Env env,
      Wal wal,
      long segmentBytes,
      ReplicaConfig config,
      StateMachine machine,
      Applying applying,
      GroupWriter writer,
      RaftNode raft,
      Recovery recovery,
      Runnable freed) {
    this.env = env;
    this.wal = wal;
    this.segmentBytes = segmentBytes;
    flushEntries = config.snapshotEntries();
    this.machine = machine;
    this.applying = applying;
    this.writer = writer;
    this.raft = raft;
    this.freed = freed;
    long start = recovery.start().last().index();
    history = new History(recovery.start());
    catchUp = new CatchUp(config.catchUpEntries(), config.catchUpBytes(), start);
    flushedAt = applying.now().last().index();
    var applied = recovery.entries().subList(0, (int) (applying.reported() - start));
    long bytes = 0;
    for (var entry : applied) {
      bytes += entry.bytes();
    }
    keep(applied, bytes);
  }

  /// The log begins anew behind `mark`, with a state that came from elsewhere and is durable.
  void restart(SnapshotMark mark) {
    writer.restart(mark);
    history.restart(mark);
    catchUp.restart(mark.last().index());
    replaced(mark.last().index());
  }

  /// The state came from elsewhere and is durable up to `index`.
  void replaced(long index) {
    flushedAt = index;
  }

  /// These entries, which end at `index` and weigh `bytes`, are applied.
  void applied(List<Entry> entries, long index, long bytes) {
    keep(entries, bytes);
    if (env.fault("replica/short-memory")) {
      catchUp.restart(index);
      raft.trim(index);
    }
    long begun = Math.max(flushedAt, machine.durableIndex());
    if (index - begun >= flushEntries || env.fault("replica/early-flush")) {
      flushedAt = index;
      machine.flush();
    }
  }

  private void keep(List<Entry> applied, long bytes) {
    history.add(applied);
    raft.trim(catchUp.add(applied, bytes));
  }

  /// Holds nothing back that lies before `position` of the log.
  void shed(long position) {
    shedTo = position;
  }

  /// Returns whether the state is just being made durable, so that more can be given free.
  boolean tick() {
    long applied = applying.reported();
    boolean pinned =
        wal.end() - writer.released() > PINNED_SEGMENTS * segmentBytes
            || writer.released() < shedTo;
    long durable = Math.min(machine.durableIndex(), applied);
    if (pinned && durable < applied && flushedAt < applied) {
      flushedAt = applied;
      machine.flush();
    }
    long upTo = pinned ? durable : Math.min(durable, catchUp.start());
    if (trimming || upTo < writer.trimmedTo()) {
      return pinned && durable < applied;
    }
    if (wal.segmentStart(writer.neededFrom(upTo)) > writer.released()) {
      trimming = true;
      env.reached(pinned ? "replica/pinned-log-trimmed" : "replica/log-trimmed");
      writer.trim(
          history.at(upTo),
          () -> {
            trimming = false;
            freed.run();
          });
    }
    history.forgetBefore(Math.min(upTo, writer.trimmedTo()));
    return pinned && durable < applied;
  }
}
