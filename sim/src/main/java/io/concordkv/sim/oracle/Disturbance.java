package io.concordkv.sim.oracle;

import io.concordkv.node.Node;
import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.cluster.Toggle;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.sim.violation.Violation;
import io.concordkv.transport.Frame;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// I17: nobody who cannot win ends the term of a leader that works: not a member that was removed
/// and does not know, nor one that was long cut off. Who campaigns was ordered to by its leader, or
/// told by a quorum that they would vote for it; and who hears its leader tells nobody so.
public final class Disturbance implements Wiretap {
  private final LongSupplier nanos;
  private final long freshNanos;
  private boolean cut;
  private final TreeMap<Long, State> members = new TreeMap<>();

  private static final class State {
    Object life;
    RaftStatus now;

    /// When it last answered a heartbeat in this life, unless a connection closed since.
    long heardNanos = Long.MIN_VALUE;

    /// Whose heartbeat that was, of which term.
    long leader;

    long leaderTerm;

    /// The last term of which it told others that it leads. What it says before that it may have
    /// promised before it led: messages leave at the end of a turn, in their order.
    long ledTerm;

    /// Who would vote for it, by term.
    final TreeMap<Long, TreeSet<Long>> promised = new TreeMap<>();

    /// In which terms the leader told it to campaign.
    final TreeSet<Long> orders = new TreeSet<>();

    State(Object life, RaftStatus now) {
      this.life = life;
      this.now = now;
    }
  }

  /// @param nanos the time of the simulation
  /// @param freshNanos for so long after answering a leader nobody calls for an election
  Disturbance(LongSupplier nanos, long freshNanos) {
    this.nanos = nanos;
    this.freshNanos = freshNanos;
  }

  /// @param nanos the time of the simulation
  public static Disturbance of(LongSupplier nanos, Swarm swarm) {
    // Where a node may stand still between hearing something and answering, time says nothing.
    boolean steady = !swarm.has(Toggle.PAUSES) && !swarm.has(Toggle.SLOW_NODES);
    return new Disturbance(nanos, steady ? swarm.config().electionTimeout().toNanos() / 2 : 0);
  }

  /// To be called after every event of a node's loop.
  public void look(Node node) {
    look(node, node.raftStatus());
  }

  void look(Object node, RaftStatus now) {
    var state = members.get(now.id());
    if (state == null) {
      members.put(now.id(), new State(node, now));
      return;
    }
    if (!state.life.equals(node)) {
      state.life = node;
      state.heardNanos = Long.MIN_VALUE;
    } else if (now.role() == Role.CANDIDATE && state.now.role() != Role.CANDIDATE) {
      campaigns(state, now);
    }
    state.now = now;
  }

  private static void campaigns(State state, RaftStatus now) {
    long term = now.hardState().term();
    var promised = state.promised.getOrDefault(term, new TreeSet<>());
    Violation.unless(
        state.orders.contains(term - 1)
            || Configurations.quorum(
                now.configuration(), voter -> voter == now.id() || promised.contains(voter)),
        "I17 asks-before-it-campaigns",
        now + " campaigns with the word of " + promised);
  }

  @Override
  public void sent(long from, long to, Frame frame) {
    if (frame.kind() <= MessageCodec.LAST_KIND) {
      said(MessageCodec.decode(from, to, frame));
    }
  }

  void said(Message message) {
    switch (message) {
      case Message.TimeoutNow order -> {
        var heir = members.get(order.to());
        if (heir != null) {
          heir.orders.add(order.term());
        }
      }
      case Message.Heartbeat beat -> {
        var leader = members.get(beat.from());
        if (leader != null) {
          leader.ledTerm = beat.term();
        }
      }
      case Message.HeartbeatReply reply -> {
        var follower = members.get(reply.from());
        if (follower != null) {
          follower.heardNanos = nanos.getAsLong();
          follower.leader = reply.to();
          follower.leaderTerm = reply.term();
        }
      }
      case Message.VoteReply reply when reply.pre() && reply.granted() -> promises(reply);
      default -> {}
    }
  }

  private void promises(Message.VoteReply reply) {
    var asking = members.get(reply.to());
    if (asking != null) {
      asking.promised.computeIfAbsent(reply.term(), _ -> new TreeSet<>()).add(reply.from());
    }
    var voter = members.get(reply.from());
    if (voter == null) {
      return;
    }
    boolean fresh =
        !cut
            && voter.heardNanos != Long.MIN_VALUE
            // Whoever has heard of a later term since knows no leader; a vote that was cast before
            // may become durable, and be told, after.
            && reply.term() > voter.leaderTerm
            && voter.now.hardState().term() == voter.leaderTerm
            // A leader that was removed is none.
            && voter.now.configuration().votes(voter.leader)
            && nanos.getAsLong() - voter.heardNanos < freshNanos;
    boolean leads =
        voter.now.role() == Role.LEADER && voter.now.hardState().term() == voter.ledTerm;
    Violation.unless(
        !fresh && !leads,
        "I17 leaves-a-leader-alone",
        voter.now + " would vote for " + reply.to() + " in term " + reply.term());
  }

  @Override
  public void disconnected(long to) {
    var told = members.get(to);
    if (told != null) {
      told.heardNanos = Long.MIN_VALUE;
    }
  }

  /// A closed connection is a hint that the leader may be gone.
  @Override
  public void cuts(int count) {
    cut = count > 0;
    members.values().forEach(member -> member.heardNanos = Long.MIN_VALUE);
  }
}
