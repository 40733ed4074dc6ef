package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.List;
import java.util.random.RandomGenerator;

/// One member of a group: Raft as a deterministic state machine.
public final class RaftNode {
  /// Goes on from what was persisted: the log behind `start` (which stands for all that was trimmed
  /// or came as a snapshot, with the configuration there), and the hard state. `applied` is what
  /// the state machine has.
  public RaftNode(
      RaftConfig config,
      RandomGenerator random,
      SnapshotMark start,
      List<Entry> entries,
      HardState hardState,
      long applied) {
    throw new UnsupportedOperationException();
  }

  public void tick() {
    throw new UnsupportedOperationException();
  }

  public void step(Message message) {
    throw new UnsupportedOperationException();
  }

  public ProposeResult propose(List<Bytes> commands) {
    throw new UnsupportedOperationException();
  }

  /// Answered by a [ReadState] with the same token.
  public void readIndex(long token) {
    throw new UnsupportedOperationException();
  }

  /// False if this is not the leader or `to` is no voter.
  public boolean transferLeadership(long to) {
    throw new UnsupportedOperationException();
  }

  public boolean hasReady() {
    throw new UnsupportedOperationException();
  }

  public Ready ready() {
    throw new UnsupportedOperationException();
  }

  public void persisted(Ready ready) {
    throw new UnsupportedOperationException();
  }

  public void applied(long index) {
    throw new UnsupportedOperationException();
  }

  /// A follower's message queue was cut, or its snapshot failed or arrived: see the driver.
  public void reportUnreachable(long member) {
    throw new UnsupportedOperationException();
  }

  public void reportSnapshot(long member, boolean delivered) {
    throw new UnsupportedOperationException();
  }

  /// Forgets entries up to and with `index` (applied ones only); whoever still needs them gets a
  /// snapshot.
  public void trim(long index) {
    throw new UnsupportedOperationException();
  }

  public RaftStatus status() {
    throw new UnsupportedOperationException();
  }
}
