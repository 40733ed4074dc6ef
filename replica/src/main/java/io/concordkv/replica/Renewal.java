package io.concordkv.replica;

import io.concordkv.base.Check;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.StreamFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gets the state anew from a peer because a part of what this member has is damaged. Its log is
/// not: it goes on to take entries, to acknowledge them and to vote. Only applying stands still,
/// from the moment when a peer is asked to the moment when its state has taken the place of this
/// one.
///
/// Parts that this member has undamaged are taken from here, so little travels.
final class Renewal {
  /// A state that came, and is to be answered to.
  record Arrived(long from, StreamFrame.End end, SnapshotSink sink) {}

  private final long self;
  private final RaftNode raft;
  private final Applying applying;
  private final SnapshotStreams streams;
  private final long patienceTicks;
  private boolean active;
  private boolean holding;
  private boolean hollow;
  private @Nullable Arrived arrived;
  private long waitTicks;
  private int turn;

  Renewal(
      long self, RaftNode raft, Applying applying, SnapshotStreams streams, long patienceTicks) {
    this.self = self;
    this.raft = raft;
    this.applying = applying;
    this.streams = streams;
    this.patienceTicks = patienceTicks;
  }

  boolean active() {
    return active;
  }

  /// Whether there is nothing yet that could be read.
  boolean hollow() {
    return hollow;
  }

  /// False if there is nobody who could have the state.
  boolean begin() {
    active = !peers().isEmpty();
    return active;
  }

  /// As [#begin()], for a member that has no state at all.
  void beginHollow() {
    active = true;
    hollow = true;
    holding = true;
    applying.hold();
  }

  private List<Long> peers() {
    var configuration = raft.status().configuration();
    return configuration.voters().stream()
        .filter(member -> member != self && configuration.mayLead(member))
        .toList();
  }

  /// Asks one peer after the other; a leader hands its office to one of them first.
  void tick(Role role) {
    var peers = active ? peers() : List.<Long>of();
    if (arrived != null || peers.isEmpty() || streams.receiving()) {
      waitTicks = patienceTicks;
      return;
    }
    if (holding && role == Role.FOLLOWER && ++waitTicks < patienceTicks) {
      return;
    }
    waitTicks = 0;
    long peer = peers.get(turn++ % peers.size());
    if (role == Role.LEADER) {
      raft.transferLeadership(peer);
    } else {
      holding = true;
      applying.hold();
      streams.ask(peer, needed());
    }
  }

  /// What a state has to have to be of use.
  private long needed() {
    return Math.max(applying.now().last().index(), raft.status().first() - 1);
  }

  /// A requested state is there; false if it is of no use.
  boolean offer(Arrived state) {
    if (!active || arrived != null || index(state) < needed()) {
      return false;
    }
    arrived = state;
    raft.needs(index(state));
    return true;
  }

  /// The state that can take the place of this one by now: all that it has is known to be committed
  /// here too. Null if there is none yet.
  @Nullable Arrived take() {
    var state = arrived;
    if (state == null || applying.busy() || index(state) > raft.status().hardState().committed()) {
      return null;
    }
    var last = state.end().mark().last();
    Check.that(
        raft.position(last.index()).equals(last),
        "what a peer has applied (%d) is what is committed here",
        last.index(),
        0);
    arrived = null;
    return state;
  }

  /// The state is another one now.
  void done() {
    if (arrived != null) {
      arrived.sink().abandon();
      arrived = null;
    }
    active = false;
    holding = false;
    hollow = false;
  }

  private static long index(Arrived state) {
    return state.end().mark().last().index();
  }
}
