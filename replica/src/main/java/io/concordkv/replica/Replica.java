package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftStatus;
import java.util.function.LongConsumer;

/// One group on this node. All methods are called on its loop.
public final class Replica {
  Replica() {}

  /// On the leader: appends `command` to the log, together with what else is proposed before the
  /// loop comes to rest. Elsewhere: `NotLeader`, with a hint.
  public ProposeResult propose(Bytes command) {
    throw new UnsupportedOperationException();
  }

  /// Runs `then` with an index once that index is applied here and reading is linearizable, or with
  /// 0 if no leader confirmed it in time.
  public void readIndex(LongConsumer then) {
    throw new UnsupportedOperationException();
  }

  public boolean transferLeadership(long to) {
    throw new UnsupportedOperationException();
  }

  /// Committed but not yet applied: a measure of overload.
  public long applyLag() {
    throw new UnsupportedOperationException();
  }

  public RaftStatus status() {
    throw new UnsupportedOperationException();
  }
}
