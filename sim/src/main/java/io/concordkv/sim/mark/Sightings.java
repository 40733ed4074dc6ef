package io.concordkv.sim.mark;

import io.concordkv.raft.Configuration;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sees from outside what courses Raft takes: from what members say and from how they change.
public final class Sightings implements Wiretap {
  private final Simulation simulation;
  private final TreeMap<String, Seen> seen = new TreeMap<>();
  private final TreeMap<Long, Long> candidateOfTerm = new TreeMap<>();
  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();

  /// @param life which life of the node it was
  private record Seen(RaftStatus status, int life) {}

  public Sightings(Simulation simulation) {
    this.simulation = simulation;
  }

  /// To be called after every event of the node's loop.
  public void look(SimNode node) {
    var up = node.up();
    if (up == null) {
      return;
    }
    // Most events change nothing that shows; telling so must be cheap.
    var before = seen.get(node.name());
    var now = up.raftStatus();
    if (before == null || before.life != node.lives()) {
      born(now, before);
    } else {
      changed(before.status, now);
    }
    if (now.role() == Role.LEADER) {
      leads(now);
    }
    seen.put(node.name(), new Seen(now, node.lives()));
  }

  private void born(RaftStatus now, @Nullable Seen before) {
    if (before == null) {
      return;
    }
    mark(true, "raft/restarted");
    mark(before.status.role() == Role.LEADER, "raft/leader-restarted");
    mark(before.status.last().index() > now.last().index(), "raft/restarted-with-less");
    mark(now.first() > 1, "raft/restarted-behind-trimmed-log");
    mark(
        now.last().index() > now.hardState().committed(),
        "raft/restarted-with-uncommitted-entries");
  }

  private void changed(RaftStatus then, RaftStatus now) {
    boolean sameTerm = then.hardState().term() == now.hardState().term();
    if (then.role() != now.role()) {
      mark(then.role() == Role.LEADER && sameTerm, "raft/leader-without-quorum-steps-down");
      mark(then.role() == Role.LEADER && !sameTerm, "raft/leader-deposed");
      mark(now.role() == Role.PRE_CANDIDATE, "raft/pre-candidate");
      mark(
          then.role() == Role.PRE_CANDIDATE && now.role() == Role.FOLLOWER,
          "raft/pre-candidate-gives-up");
      mark(
          then.role() == Role.CANDIDATE && now.role() == Role.FOLLOWER && sameTerm,
          "raft/candidate-loses");
      mark(
          then.role() == Role.CANDIDATE && now.role() == Role.FOLLOWER && !sameTerm,
          "raft/candidate-overtaken");
      if (now.role() == Role.LEADER) {
        elected(then, now);
      }
      if (now.role() == Role.CANDIDATE) {
        var other = candidateOfTerm.putIfAbsent(now.hardState().term(), now.id());
        mark(other != null && other != now.id(), "raft/two-candidates-of-a-term");
      }
    }
    mark(now.last().index() < then.last().index(), "raft/log-cut");
    mark(
        now.last().index() == then.last().index() && now.last().term() != then.last().term(),
        "raft/entry-replaced");
    mark(now.first() > then.last().index() + 1, "raft/log-replaced-by-snapshot");
    mark(now.hardState().committed() > now.applied() + 10, "raft/applying-lags");
    mark(
        then.suspect() && now.role() == Role.FOLLOWER && now.leader() != 0, "raft/suspect-follows");
    mark(then.suspect() && !now.suspect(), "raft/suspicion-resolved");
    if (!then.configuration().equals(now.configuration())) {
      members(then.configuration(), now.configuration(), now);
    }
  }

  private void members(Configuration then, Configuration now, RaftStatus status) {
    var gone = then.members().stream().filter(member -> !now.members().contains(member)).toList();
    mark(!gone.isEmpty(), "raft/member-removed");
    mark(gone.contains(status.id()), "raft/member-learns-of-its-removal");
    mark(gone.contains(status.leader()), "raft/leader-removed");
    mark(now.joint(), "raft/joint-configuration");
    mark(then.joint() && !now.joint(), "raft/joint-configuration-left");
    var strangers = now.voters().stream().filter(member -> !then.votes(member)).count();
    mark(now.joint() && strangers > now.voters().size() / 2, "raft/most-voters-replaced");
    mark(!now.learners().isEmpty() && then.learners().isEmpty(), "raft/learner-added");
    mark(
        then.learners().stream().anyMatch(member -> now.voters().contains(member)),
        "raft/learner-promoted");
    boolean votes = now.voters().stream().anyMatch(member -> !then.members().contains(member));
    mark(votes, "raft/voter-added");
  }

  private void elected(RaftStatus then, RaftStatus now) {
    long term = now.hardState().term();
    leaderOfTerm.put(term, now.id());
    mark(true, "raft/elected");
    mark(Objects.equals(leaderOfTerm.get(term - 1), now.id()), "raft/elected-again");
    boolean carries = then.hardState().committed() < then.last().index();
    mark(carries, "raft/elected-with-uncommitted-entries");
    mark(carries && then.last().term() < term - 1, "raft/elected-with-entries-of-an-old-term");
  }

  private void leads(RaftStatus now) {
    for (var follower : now.followers().values()) {
      switch (follower.state()) {
        case "PROBE" -> mark(follower.match() > 0, "raft/probes-again");
        case "SNAPSHOT" -> mark(true, "raft/follower-needs-snapshot");
        default -> {}
      }
      mark(!follower.active(), "raft/follower-silent");
      mark(now.last().index() - follower.match() > 50, "raft/follower-far-behind");
    }
  }

  @Override
  public void sent(long from, long to, Frame frame) {
    if (frame.kind() > MessageCodec.LAST_KIND) {
      mark(frame.kind() == StreamFrame.CHUNK, "snapshot/chunk");
      mark(frame.kind() == StreamFrame.END, "snapshot/end");
      return;
    }
    switch (MessageCodec.decode(from, to, frame)) {
      case Message.Vote vote -> mark(vote.transfer(), "raft/transfer-campaign");
      case Message.VoteReply reply -> {
        mark(!reply.granted() && reply.pre(), "raft/pre-vote-refused");
        mark(!reply.granted() && !reply.pre(), "raft/vote-refused");
      }
      case Message.Append append -> {
        mark(append.entries().size() > 10, "raft/many-entries-at-once");
        mark(append.entries().isEmpty(), "raft/append-without-entries");
        mark(
            !append.entries().isEmpty() && append.entries().getLast().term() < append.term(),
            "raft/entries-of-an-old-term-sent");
      }
      case Message.AppendReply reply -> {
        mark(!reply.accepted(), "raft/append-refused");
        mark(
            !reply.accepted() && !reply.hint().equals(LogPosition.START),
            "raft/append-refused-with-hint");
        mark(reply.lost(), "raft/follower-says-it-lost");
      }
      case Message.Heartbeat heartbeat -> mark(heartbeat.context() != 0, "raft/read-round");
      case Message.TimeoutNow _ -> mark(true, "raft/leadership-handed-over");
      case Message.ReadIndex _ -> mark(true, "raft/follower-asks-to-read");
      case Message.ReadIndexReply reply -> mark(reply.index() == 0, "raft/read-not-answered");
      default -> {}
    }
  }

  private void mark(boolean reached, String mark) {
    if (reached) {
      simulation.reached(mark);
    }
  }
}
