package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Env;
import io.concordkv.node.command.Command;
import io.concordkv.node.shard.ShardStateMachine;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Brings into the log what all replicas do for their files at the same place of it.
///
/// The leader deletes what compaction made unreadable, step by step and with pauses. A bar is ended
/// early by whoever needs it: a node whose log is pinned by a state that is not durable, or that is
/// asked for a snapshot.
final class Chores {
  private static final Duration PAUSE = Duration.ofMillis(10);

  /// A node that is cut off for so long ends its bar without the others.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Env env;
  private final ShardStateMachine shard;
  private final PendingWrites writes;
  private final BooleanSupplier witness;
  private boolean purging;
  private boolean endingBar;
  private boolean waiting;
  private long waitingSince;
  private boolean closed;

  /// @param witness whether this node gets no commands
  Chores(Env env, ShardStateMachine shard, PendingWrites writes, BooleanSupplier witness) {
    this.env = env;
    this.shard = shard;
    this.writes = writes;
    this.witness = witness;
  }

  void sweep() {
    purge();
    endBar();
  }

  void close() {
    closed = true;
  }

  private void purge() {
    var step = closed || purging ? null : shard.store().purgeStep();
    if (step == null) {
      return;
    }
    purging = true;
    // Whoever leads does it; on all others this fails at once.
    writes.submitAsLeader(new Command.Purge(step), this::purged, _ -> purging = false);
  }

  private void purged() {
    var _ =
        env.loop()
            .after(
                PAUSE,
                () -> {
                  purging = false;
                  purge();
                });
  }

  private void endBar() {
    long now = env.clock().nanos();
    boolean wanted = shard.wantsBar();
    waitingSince = wanted && waiting ? waitingSince : now;
    waiting = wanted;
    if (!wanted) {
      return;
    }
    if (witness.getAsBoolean() || now - waitingSince >= PATIENCE.toNanos()) {
      shard.endBarAlone();
    } else if (!endingBar) {
      endingBar = true;
      writes.submit(new Command.EndBar(), () -> endingBar = false, this::failed);
    }
  }

  /// The next sweep tries again.
  private void failed(ConcordException why) {
    endingBar = false;
  }
}
