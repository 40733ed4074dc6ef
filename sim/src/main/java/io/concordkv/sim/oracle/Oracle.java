package io.concordkv.sim.oracle;

import io.concordkv.base.env.FileSystem;
import io.concordkv.node.Node;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.transport.Frame;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Sees all members at once and hears all they say. What it knows survives every crash, so it
/// notices what no member could.
public final class Oracle implements Wiretap {
  /// Where a node keeps its write-ahead log.
  private static final String WAL = "wal";

  private final LogFacts facts = new LogFacts();
  private final TreeMap<Long, Witness> witnesses = new TreeMap<>();
  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();
  private final TreeMap<Long, TreeMap<Long, Long>> votes = new TreeMap<>();
  private final Function<String, FileSystem> media;
  private final int quorum;
  private int elections;

  /// @param media what a power cut would leave of each member's disk, by the member's name
  public Oracle(int members, Function<String, FileSystem> media) {
    this.media = media;
    quorum = members / 2 + 1;
  }

  public int elections() {
    return elections;
  }

  public long commits() {
    return facts.commits();
  }

  /// Looks at a member; to be called after every event.
  public void look(String name, Node node) {
    var now = node.raftStatus();
    var witness = witnesses.get(now.id());
    if (witness == null) {
      witness = new Witness(name, facts, new Medium(media.apply(name), WAL, Node.GROUP));
      witnesses.put(now.id(), witness);
    }
    var then = witness.before(node);
    if (then != null && unchanged(then, now)) {
      return;
    }
    long commits = facts.commits();
    witness.look(node, now);
    if (now.role() == Role.LEADER) {
      reigns(name, node, now, then);
      if (facts.commits() > commits) {
        committedBy(witness, now);
      }
    }
  }

  private static boolean unchanged(RaftStatus then, RaftStatus now) {
    return then.role() == now.role()
        && then.hardState().equals(now.hardState())
        && then.last().equals(now.last())
        && then.first() == now.first()
        && then.applied() == now.applied()
        && then.followers().equals(now.followers());
  }

  private void reigns(String name, Node node, RaftStatus now, @Nullable RaftStatus then) {
    long term = now.hardState().term();
    Long other = leaderOfTerm.putIfAbsent(term, now.id());
    Violation.unless(
        other == null || other == now.id(),
        "I1 election-safety",
        "term " + term + " has the leaders " + other + " and " + now.id());
    boolean fresh = then == null || then.role() != Role.LEADER || then.hardState().term() != term;
    if (fresh) {
      elections++;
      complete(name, node, now);
    }
  }

  /// I4: what was committed in an earlier term is in the log of each later leader. A candidate may
  /// learn late that it has won, when a later term has committed more.
  private void complete(String name, Node node, RaftStatus now) {
    long commits = facts.commitsBefore(now.hardState().term());
    Violation.unless(
        now.last().index() >= commits,
        "I4 leader-completeness",
        name + " leads with " + now.last() + ", committed is " + commits);
    for (long index = Math.max(1, now.first()); index <= commits; index++) {
      var entry = node.replica().entry(index);
      Violation.unless(
          entry == null || entry.term() == facts.committedTerm(index),
          "I4 leader-completeness",
          name + " leads with another entry at " + index);
    }
  }

  /// I6: a quorum has it where no power cut reaches, the leader being one like any other. What the
  /// media say counts, not what members believe.
  private void committedBy(Witness leader, RaftStatus now) {
    long index = now.hardState().committed();
    var position = new LogPosition(index, leader.term(index));
    int holders = 0;
    for (var witness : witnesses.values()) {
      if (witness.medium().holds(position)) {
        witness.promiseIndex(index);
        holders++;
      }
    }
    Violation.unless(
        holders >= quorum,
        "I6 committed-is-durable",
        "only " + holders + " members have " + position + " on their media");
  }

  @Override
  public void sent(long from, long to, Frame frame) {
    if (frame.kind() > MessageCodec.LAST_KIND) {
      return;
    }
    switch (MessageCodec.decode(from, to, frame)) {
      case Message.Vote vote when !vote.pre() -> votes(from, vote.term(), from);
      case Message.VoteReply reply when reply.granted() && !reply.pre() ->
          votes(from, reply.term(), to);
      case Message.AppendReply reply when reply.accepted() -> {
        var witness = witnesses.get(from);
        if (witness != null) {
          Violation.unless(
              witness.medium().holdsOrLater(reply.index(), reply.term()),
              "I6 acknowledged-is-durable",
              from
                  + " acknowledges "
                  + reply.index()
                  + ", its medium has "
                  + witness.medium().last());
          witness.promiseTerm(reply.term());
          witness.promiseIndex(reply.index());
        }
      }
      default -> {}
    }
  }

  /// I2: one vote for each member and term, whatever happens in between; nobody hears of one that
  /// could still be forgotten.
  private void votes(long voter, long term, long candidate) {
    var witness = witnesses.get(voter);
    if (witness != null) {
      Violation.unless(
          witness.medium().holdsVote(term, candidate),
          "I2 durable-vote",
          voter + " votes in term " + term + " for " + candidate + " without having it durably");
      witness.promiseTerm(term);
    }
    Long other = votes.computeIfAbsent(voter, _ -> new TreeMap<>()).putIfAbsent(term, candidate);
    Violation.unless(
        other == null || other == candidate,
        "I2 one-vote",
        voter + " votes in term " + term + " for " + other + " and for " + candidate);
  }
}
