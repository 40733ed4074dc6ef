package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.Wal;

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
  private final Runnable freed;
  private boolean trimming;
  private long flushedAt;
  private long shedTo;

  /// @param flushEntries after so many applied entries the state is to become durable
  Trimming(
      Env env,
      Wal wal,
      long segmentBytes,
      long flushEntries,
      StateMachine machine,
      Applying applying,
      GroupWriter writer,
      History history,
      CatchUp catchUp,
      Runnable freed) {
    this.env = env;
    this.wal = wal;
    this.segmentBytes = segmentBytes;
    this.flushEntries = flushEntries;
    this.machine = machine;
    this.applying = applying;
    this.writer = writer;
    this.history = history;
    this.catchUp = catchUp;
    this.freed = freed;
    flushedAt = applying.now().last().index();
  }

  /// The state came from elsewhere and is durable up to `index`.
  void replaced(long index) {
    flushedAt = index;
  }

  void applied(long index) {
    if (index - flushedAt >= flushEntries || env.fault("replica/early-flush")) {
      flushedAt = index;
      machine.flush();
    }
  }

  /// Holds nothing back that lies before `position` of the log.
  void shed(long position) {
    shedTo = position;
  }

  void tick() {
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
      return;
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
  }
}
