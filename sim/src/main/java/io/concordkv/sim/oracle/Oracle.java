package io.concordkv.sim.oracle;

import io.concordkv.base.env.FileSystem;
import io.concordkv.node.Node;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.sim.violation.Violation;
import io.concordkv.transport.Frame;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Sees all members at once and hears all they say. What it knows survives every crash, so it
/// notices what no member could.
public final class Oracle implements Wiretap {
  /// Where a node keeps its write-ahead log.
  private static final String WAL = "wal";

  private final LogFacts facts;
  private final Configurations configurations;
  private final TreeMap<Long, Witness> witnesses = new TreeMap<>();
  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();
  private final TreeMap<Long, TreeMap<Long, Long>> votes = new TreeMap<>();
  private final Function<String, FileSystem> media;
  private final Predicate<String> damaged;
  private final Predicate<String> bare;
  private int elections;

  /// @param replay gets every entry that is committed
  /// @param media what a power cut would leave of each member's disk, by the member's name
  /// @param damaged whether the disk of the member of that name was ever damaged
  /// @param bare whether the member of that name keeps no commands
  public Oracle(
      Replay replay,
      Function<String, FileSystem> media,
      Predicate<String> damaged,
      Predicate<String> bare) {
    this.bare = bare;
    this.media = media;
    this.damaged = damaged;
    facts = new LogFacts(replay);
    configurations = new Configurations(replay);
  }

  public int elections() {
    return elections;
  }

  public long commits() {
    return facts.commits();
  }

  /// Looks at a member; to be called after every event of its loop.
  public void look(String name, Node node) {
    var now = node.raftStatus();
    var witness = witnesses.get(now.id());
    if (witness == null) {
      var medium = new Medium(media.apply(name), WAL, Node.GROUP);
      witness = new Witness(name, facts, medium, () -> damaged.test(name), () -> bare.test(name));
      witnesses.put(now.id(), witness);
    }
    var then = witness.before(node);
    if (then != null && unchanged(then, now)) {
      return;
    }
    configurations.founded(now.configuration());
    long commits = facts.commits();
    witness.look(node, now);
    if (then == null) {
      keepsVote(name, now);
    }
    if (then == null || now.applied() != then.applied()) {
      // A snapshot that took the log's place brings its members before it is taken over.
      long position = Math.max(now.applied(), now.first() - 1);
      configurations.inForce(name, position, now.configuration());
    }
    if (now.role() == Role.LEADER) {
      reigns(name, node, now, then);
      if (facts.commits() > commits) {
        committedBy(witness, now, then);
      }
    }
  }

  /// I2: a vote that anybody heard of is still there after a crash.
  private void keepsVote(String name, RaftStatus now) {
    var state = now.hardState();
    long cast = votedFor(now.id(), state.term());
    Violation.unless(
        now.suspect() || cast == 0 || cast == state.vote(),
        "I2 durable-vote",
        name + " came back with " + state + " after voting for " + cast);
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
      elected(name, now);
      complete(name, node, now);
    }
  }

  /// I11: the votes of a quorum made it the leader, each half of a joint configuration agreeing.
  private void elected(String name, RaftStatus now) {
    long term = now.hardState().term();
    Violation.unless(
        Configurations.quorum(
            now.configuration(), voter -> voter == now.id() || votedFor(voter, term) == now.id()),
        "I11 elected-by-quorum",
        name + " leads term " + term + " of " + now.configuration() + " with the votes " + votes);
  }

  private long votedFor(long voter, long term) {
    var cast = votes.get(voter);
    return cast == null ? 0 : cast.getOrDefault(term, 0L);
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
  private void committedBy(Witness leader, RaftStatus now, @Nullable RaftStatus then) {
    long index = now.hardState().committed();
    var position = new LogPosition(index, leader.term(index));
    var holders = new TreeSet<Long>();
    for (var entry : witnesses.entrySet()) {
      if (entry.getValue().holds(position)) {
        entry.getValue().holdTo(index);
        holders.add(entry.getKey());
      }
    }
    // What is committed may have changed the configuration in the same event.
    Violation.unless(
        Configurations.quorum(now.configuration(), holders::contains)
            || (then != null && Configurations.quorum(then.configuration(), holders::contains)),
        "I6 committed-is-durable",
        "of " + now.configuration() + " only " + holders + " have " + position + " on their media");
  }

  @Override
  public void sent(long from, long to, Frame frame) {
    if (frame.kind() > MessageCodec.LAST_KIND) {
      return;
    }
    switch (MessageCodec.decode(from, to, frame)) {
      case Message.Vote vote when !vote.pre() -> votes(from, vote.term(), from);
      case Message.TimeoutNow _ -> handedOver(from, to);
      case Message.VoteReply reply when reply.granted() && !reply.pre() ->
          votes(from, reply.term(), to);
      case Message.AppendReply reply when reply.accepted() -> {
        var witness = witnesses.get(from);
        if (witness != null) {
          Violation.unless(
              witness.holdsOrLater(reply.index(), reply.term()),
              "I6 acknowledged-is-durable",
              from + " acknowledges " + reply.index() + ", its medium has " + witness.durable());
          witness.promiseTerm(reply.term());
          witness.promiseIndex(reply.index());
        }
      }
      default -> {}
    }
  }

  /// I10: leadership is handed to a voter that lacks nothing of what is committed.
  private void handedOver(long from, long to) {
    var leader = witnesses.get(from);
    var heir = witnesses.get(to);
    var then = leader == null ? null : leader.last();
    if (leader != null && heir != null && then != null && then.role() == Role.LEADER) {
      long committed = then.hardState().committed();
      Violation.unless(
          then.configuration().mayLead(to)
              && heir.holds(new LogPosition(committed, leader.term(committed))),
          "I10 handed-over",
          from + " hands leadership to " + to + ", which has " + heir.durable());
    }
  }

  /// I2: one vote for each member and term, whatever happens in between; nobody hears of one that
  /// could still be forgotten.
  private void votes(long voter, long term, long candidate) {
    var witness = witnesses.get(voter);
    if (witness != null) {
      Violation.unless(
          witness.holdsVote(term, candidate),
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
