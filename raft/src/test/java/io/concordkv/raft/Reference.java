package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Raft as the papers say it: pure functions over records, slow and obvious. Given what a member
/// was and what it heard, [#allowed] lists what it may be then. It knows nothing of timers, so a
/// timeout may come with any tick; everything else is exact, but that a leader may take its time to
/// commit.
final class Reference {
  private Reference() {}

  sealed interface Input {
    record Tick() implements Input {}

    record Step(Message message) implements Input {}

    record Propose(List<Bytes> commands) implements Input {}

    record Change(ConfigChange change, Bytes context) implements Input {}

    /// `ownVote`: the disk has the vote for itself in its term.
    record Persisted(boolean ownVote) implements Input {}

    record Applied(long index) implements Input {}

    /// What must not change anything that counts here.
    record Neutral() implements Input {}
  }

  /// How a member was set up, which decides what it may do.
  record Traits(
      long id,
      boolean preVote,
      boolean holdsStill,
      boolean leases,
      boolean distrusted,
      long margin) {}

  static List<ReferenceState> allowed(ReferenceState s, Input input, Traits traits) {
    return switch (input) {
      case Input.Tick _ -> tick(s, traits);
      case Input.Step(var message) -> step(s, message, traits);
      case Input.Propose(var commands) -> propose(s, commands);
      case Input.Change(var change, var context) -> change(s, change, context);
      case Input.Persisted(boolean own) ->
          own && s.role() == Role.CANDIDATE
              ? counted(s, traits.id(), true, traits)
              : commits(s, traits);
      case Input.Applied(long index) -> applied(s, index, traits);
      case Input.Neutral _ -> List.of(s);
    };
  }

  private static List<ReferenceState> tick(ReferenceState s, Traits traits) {
    var next = new ArrayList<ReferenceState>();
    if (s.role() == Role.LEADER) {
      next.addAll(byItself(s, traits));
      next.add(follow(s, s.term(), 0));
      return next;
    }
    next.add(s);
    if (mayCampaign(s, traits)) {
      var now = s.configuration();
      boolean alone = !now.joint() && now.voters().equals(Set.of(traits.id()));
      next.add(traits.preVote() && !alone ? precampaign(s, traits) : campaign(s, traits));
    }
    return next;
  }

  /// A leader leaves a joint configuration and promotes learners without being told.
  private static List<ReferenceState> byItself(ReferenceState s, Traits traits) {
    var next = new ArrayList<ReferenceState>();
    next.add(s);
    if (!mayChange(s)) {
      return next;
    }
    var now = s.configuration();
    if (now.joint()) {
      next.add(append(s, Entry.Kind.CONFIGURATION, entry(now.left(), Bytes.EMPTY)));
    } else if (traits.margin() > 0) {
      for (long learner : now.learners()) {
        if (s.last() - s.matches().getOrDefault(learner, 0L) < traits.margin()) {
          var voters = new TreeSet<>(now.voters());
          var learners = new TreeSet<>(now.learners());
          voters.add(learner);
          learners.remove(learner);
          var none = new TreeSet<Long>();
          var promoted = new Configuration(voters, none, learners, none, now.witnesses());
          next.add(append(s, Entry.Kind.CONFIGURATION, entry(promoted, Bytes.EMPTY)));
        }
      }
    }
    return next;
  }

  private static List<ReferenceState> step(ReferenceState s, Message message, Traits traits) {
    return switch (message) {
      case Message.Vote vote -> vote(s, vote, traits);
      case Message.VoteReply reply -> voteReply(s, reply, traits);
      case Message.Append append -> append(s, append);
      case Message.Heartbeat m -> {
        if (m.term() < s.term()) {
          yield List.of(s);
        }
        var heard = follow(s, m.term(), m.from());
        yield m.context() < 0 ? List.of(heard) : List.of(heard, heard.withCommitted(m.commit()));
      }
      case Message.InstallSnapshot m -> {
        if (m.term() < s.term()) {
          yield List.of(s);
        }
        var heard = follow(s, m.term(), m.from());
        var mark = m.snapshot();
        yield List.of(
            mark.last().index() <= s.committed()
                ? heard
                : holds(s, mark.last())
                    ? heard.withCommitted(mark.last().index())
                    : heard.reset(mark));
      }
      case Message.AppendReply reply -> {
        if (reply.term() > s.term()) {
          yield List.of(follow(s, reply.term(), 0));
        }
        if (s.role() != Role.LEADER || reply.term() < s.term()) {
          yield List.of(s);
        }
        var now = reply.accepted() ? s.withMatch(reply.from(), reply.index()) : s;
        var next = new ArrayList<>(commits(now, traits));
        if (reply.lost()) {
          next.add(append(s, Entry.Kind.NO_OP, Bytes.EMPTY));
        }
        yield next;
      }
      case Message.HeartbeatReply reply ->
          List.of(reply.term() > s.term() ? follow(s, reply.term(), 0) : s);
      case Message.TimeoutNow order -> {
        var base = order.term() > s.term() ? follow(s, order.term(), 0) : s;
        yield order.term() == base.term()
                && base.role() == Role.FOLLOWER
                && mayCampaign(base, traits)
            ? List.of(base, campaign(base, traits))
            : List.of(base);
      }
      case Message.Propose proposal -> propose(s, proposal.commands());
      case Message.ReadIndex _, Message.ReadIndexReply _ -> List.of(s);
    };
  }

  private static List<ReferenceState> vote(ReferenceState s, Message.Vote request, Traits traits) {
    var next = new ArrayList<ReferenceState>();
    if (request.term() < s.term() || request.pre()) {
      return List.of(s);
    }
    if (!request.transfer() && (traits.leases() || (traits.holdsStill() && s.leader() != 0))) {
      next.add(s);
    }
    var base = request.term() > s.term() ? follow(s, request.term(), 0) : s;
    boolean free = base.vote() == request.from() || (base.vote() == 0 && base.leader() == 0);
    // Whether the candidate is of this member's configuration is not asked: that may be an old one.
    boolean grants = free && request.last().upToDate(base.end());
    if (!grants || traits.distrusted()) {
      next.add(base);
    }
    if (grants) {
      next.add(base.with(base.role(), base.term(), request.from(), base.leader()));
    }
    return next;
  }

  private static List<ReferenceState> voteReply(
      ReferenceState before, Message.VoteReply reply, Traits traits) {
    boolean forecast = reply.pre() && reply.granted();
    if (!forecast && reply.term() < before.term()) {
      return List.of(before);
    }
    var s = !forecast && reply.term() > before.term() ? follow(before, reply.term(), 0) : before;
    var next = new ArrayList<ReferenceState>();
    var told = told(s, reply.committed());
    if (told.equals(s) || traits.distrusted()) {
      next.addAll(ballot(s, reply, traits));
    }
    if (!told.equals(s)) {
      next.addAll(ballot(told, reply, traits));
    }
    return next;
  }

  /// What somebody else knows to be committed is so here, too. Nobody goes on asking those who may
  /// be members no more.
  private static ReferenceState told(ReferenceState s, LogPosition committed) {
    if (s.role() == Role.LEADER || committed.index() <= s.committed() || !holds(s, committed)) {
      return s;
    }
    var told = s.withCommitted(committed.index());
    return awaitsConfiguration(told) && told.role() != Role.FOLLOWER
        ? follow(told, told.term(), 0)
        : told;
  }

  private static List<ReferenceState> ballot(
      ReferenceState s, Message.VoteReply reply, Traits traits) {
    boolean forecast = reply.pre() && reply.granted();
    boolean awaited =
        reply.pre()
            ? s.role() == Role.PRE_CANDIDATE && reply.term() == s.term() + (forecast ? 1 : 0)
            : s.role() == Role.CANDIDATE && reply.term() == s.term();
    return awaited ? counted(s, reply.from(), reply.granted(), traits) : List.of(s);
  }

  /// One more ballot.
  private static List<ReferenceState> counted(
      ReferenceState before, long voter, boolean granted, Traits traits) {
    var s = before.withVote(voter, granted);
    var yes = new TreeSet<Long>();
    var no = new TreeSet<Long>();
    s.votes().forEach((member, vote) -> (vote ? yes : no).add(member));
    if (quorum(s.configuration(), yes)) {
      if (s.role() == Role.PRE_CANDIDATE) {
        return List.of(campaign(s, traits));
      }
      var leader = s.with(Role.LEADER, s.term(), s.vote(), traits.id());
      return commits(append(leader, Entry.Kind.NO_OP, Bytes.EMPTY), traits);
    }
    var possible = new TreeSet<>(s.configuration().members());
    possible.removeAll(no);
    return List.of(quorum(s.configuration(), possible) ? s : follow(s, s.term(), 0));
  }

  private static List<ReferenceState> append(ReferenceState s, Message.Append m) {
    if (m.term() < s.term()) {
      return List.of(s);
    }
    var heard = follow(s, m.term(), m.from());
    if (m.previous().index() < s.start().index() || !holds(s, m.previous())) {
      return List.of(heard);
    }
    var log = new ArrayList<>(s.log());
    for (var entry : m.entries()) {
      int at = (int) (entry.index() - s.start().index()) - 1;
      if (at < log.size() && log.get(at).term() != entry.term()) {
        log.subList(at, log.size()).clear();
      }
      if (at >= log.size()) {
        log.add(entry);
      }
    }
    long last = m.previous().index() + m.entries().size();
    return List.of(heard.withLog(log).withCommitted(Math.min(m.commit(), last)));
  }

  private static List<ReferenceState> propose(ReferenceState s, List<Bytes> commands) {
    if (s.role() != Role.LEADER) {
      return List.of(s);
    }
    var after = s;
    for (var command : commands) {
      after = append(after, Entry.Kind.COMMAND, command);
    }
    return List.of(s, after);
  }

  private static List<ReferenceState> change(ReferenceState s, ConfigChange change, Bytes context) {
    if (s.role() == Role.LEADER
        && mayChange(s)
        && change.from(s.configuration()) instanceof ConfigChange.Outcome.Next(var next)
        && adjacent(s.configuration(), next)) {
      return List.of(s, append(s, Entry.Kind.CONFIGURATION, entry(next, context)));
    }
    return List.of(s);
  }

  private static List<ReferenceState> applied(ReferenceState s, long index, Traits traits) {
    var configuration = s.configuration();
    for (var entry : s.log()) {
      if (entry.index() > s.applied()
          && entry.index() <= index
          && entry.kind() == Entry.Kind.CONFIGURATION) {
        configuration = entry.configuration();
      }
    }
    var now = s.withConfiguration(Math.max(s.applied(), index), configuration);
    if (s.role() != Role.LEADER) {
      return List.of(now);
    }
    if (!configuration.mayLead(traits.id())) {
      return List.of(follow(now, s.term(), 0));
    }
    var next = new ArrayList<ReferenceState>();
    for (var committed : commits(now, traits)) {
      next.addAll(byItself(committed, traits));
    }
    return next;
  }

  /// A leader commits up to an entry of its own term that a quorum has.
  private static List<ReferenceState> commits(ReferenceState s, Traits traits) {
    var next = new ArrayList<ReferenceState>();
    next.add(s);
    if (s.role() != Role.LEADER) {
      return next;
    }
    for (long index = s.committed() + 1; index <= s.last(); index++) {
      var holders = new TreeSet<Long>();
      if (s.durable() >= index) {
        holders.add(traits.id());
      }
      for (var match : s.matches().entrySet()) {
        if (match.getValue() >= index) {
          holders.add(match.getKey());
        }
      }
      if (s.termAt(index) == s.term() && quorum(s.configuration(), holders)) {
        next.add(s.withCommitted(index));
      }
    }
    return next;
  }

  private static ReferenceState follow(ReferenceState s, long term, long leader) {
    return s.with(Role.FOLLOWER, term, term > s.term() ? 0 : s.vote(), leader);
  }

  private static ReferenceState precampaign(ReferenceState s, Traits traits) {
    return s.with(Role.PRE_CANDIDATE, s.term(), s.vote(), 0).withVote(traits.id(), true);
  }

  private static ReferenceState campaign(ReferenceState s, Traits traits) {
    return s.with(Role.CANDIDATE, s.term() + 1, traits.id(), 0);
  }

  private static boolean mayCampaign(ReferenceState s, Traits traits) {
    return s.configuration().mayLead(traits.id()) && !awaitsConfiguration(s);
  }

  private static boolean awaitsConfiguration(ReferenceState s) {
    return s.log().stream()
        .anyMatch(entry ->
            entry.kind() == Entry.Kind.CONFIGURATION
                && entry.index() > s.applied()
                && entry.index() <= s.committed()
                && !entry.configuration().equals(s.configuration()));
  }

  /// One change at a time, and none before something of the own term is committed.
  private static boolean mayChange(ReferenceState s) {
    return s.termAt(s.committed()) == s.term()
        && s.log().stream()
            .noneMatch(
                entry -> entry.kind() == Entry.Kind.CONFIGURATION && entry.index() > s.applied());
  }

  private static boolean holds(ReferenceState s, LogPosition position) {
    return position.index() >= s.start().index()
        && position.index() <= s.last()
        && s.termAt(position.index()) == position.term();
  }

  private static ReferenceState append(ReferenceState s, Entry.Kind kind, Bytes payload) {
    var log = new ArrayList<>(s.log());
    log.add(new Entry(s.last() + 1, s.term(), kind, payload));
    return s.withLog(log);
  }

  private static Bytes entry(Configuration next, Bytes context) {
    return new ConfigurationEntry(next, context).encode();
  }

  /// Majorities of voters, and while there are outgoing ones, of those as well.
  static boolean quorum(Configuration configuration, Collection<Long> members) {
    return majority(configuration.voters(), members)
        && (configuration.outgoing().isEmpty() || majority(configuration.outgoing(), members));
  }

  private static boolean majority(Set<Long> voters, Collection<Long> members) {
    return 2 * voters.stream().filter(members::contains).count() > voters.size();
  }

  /// Whether any quorum of one has a member of any quorum of the other, by the rules that make it
  /// so.
  static boolean adjacent(Configuration one, Configuration next) {
    if (one.joint()) {
      return next.equals(one.left());
    }
    if (next.joint()) {
      return next.outgoing().equals(one.voters());
    }
    var changed = new TreeSet<>(one.voters());
    changed.removeAll(next.voters());
    var added = new TreeSet<>(next.voters());
    added.removeAll(one.voters());
    return changed.size() + added.size() <= 1;
  }
}
