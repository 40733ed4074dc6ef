package io.concordkv.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Sees all members at once and knows what must never happen.
final class Oracle {
  /// An entry's place in the tree of all logs: what it is and what stood in front of it.
  private record Link(long previousTerm, Entry entry) {}

  private record Ballot(long member, long term) {}

  private final Map<LogPosition, Link> links = new HashMap<>();
  private final TreeMap<Long, Long> leaders = new TreeMap<>();
  private final Map<Ballot, Long> votes = new HashMap<>();
  final TreeMap<Long, Entry> committed = new TreeMap<>();
  private List<TestMember> members = List.of();
  private boolean damaged;

  void watch(List<TestMember> members) {
    this.members = members;
  }

  /// A disk has lost what it had: what is durable can no longer be counted.
  void damaged() {
    damaged = true;
  }

  long lastCommitted() {
    return committed.isEmpty() ? 0 : committed.lastKey();
  }

  /// Whether both are the same entry; a witness has nothing where others have a command.
  private static boolean same(Entry one, Entry other) {
    boolean bare =
        (one.kind() == Entry.Kind.COMMAND && other.kind() == Entry.Kind.NO_OP)
            || (one.kind() == Entry.Kind.NO_OP && other.kind() == Entry.Kind.COMMAND);
    return one.equals(other) || (bare && one.position().equals(other.position()));
  }

  void ready(TestMember member, Ready ready) {
    // I3: an index and a term name one entry and one history.
    long previousTerm =
        ready.entries().isEmpty()
            ? 0
            : ready.snapshot() != null
                    && ready.snapshot().last().index() == ready.entries().getFirst().index() - 1
                ? ready.snapshot().last().term()
                : member.position(ready.entries().getFirst().index() - 1).term();
    for (var entry : ready.entries()) {
      var link = new Link(previousTerm, entry);
      var known = links.putIfAbsent(entry.position(), link);
      assertThat(known == null || (known.previousTerm == previousTerm && same(known.entry, entry)))
          .as("log matching at %s of %d: %s and %s", entry.position(), member.id, known, link)
          .isTrue();
      previousTerm = entry.term();
    }
    for (var entry : ready.committed()) {
      // Applied only once durable here.
      assertThat(member.disk.holds(entry.index(), entry.term()))
          .as("%s is handed out before it is durable", entry)
          .isTrue();
    }
  }

  void replaced(TestMember member, Entry entry) {
    // I9: nothing committed is replaced.
    var known = committed.get(entry.index());
    assertThat(known == null || known.term() != entry.term())
        .as("%d replaces committed %s", member.id, entry)
        .isTrue();
  }

  void applied(TestMember member, Entry entry) {
    // I5: all apply the same.
    var first = committed.get(entry.index());
    assertThat(first != null && same(first, entry))
        .as("%d applies %s, committed is %s", member.id, entry, first)
        .isTrue();
  }

  void sent(TestMember member, Message message) {
    // I2: one vote in a term, across restarts, and durable before anybody hears of it.
    if (message instanceof Message.VoteReply(long from, long to, long term, var yes, var pre, _)
        && yes
        && !pre) {
      vote(member, from, term, to);
    }
    if (message instanceof Message.Vote(long from, _, long term, _, boolean pre, _) && !pre) {
      vote(member, from, term, from);
    }
    if (message instanceof Message.TimeoutNow order) {
      // Only to who could lead at once, by what the leader knows of it.
      var now = member.node().status();
      var follower = now.followers().get(order.to());
      assertThat(follower == null || now.configuration().mayLead(order.to()))
          .as("%d may lead", order.to())
          .isTrue();
      boolean ready =
          members.stream()
              .filter(m -> m.id == order.to())
              .allMatch(m -> m.disk.last() >= firstOf(member, order.term()));
      assertThat(ready || damaged)
          .as("%d has entries of the leader %s", order.to(), order)
          .isTrue();
    }
    // What is acknowledged is durable.
    if (message instanceof Message.AppendReply reply && reply.accepted()) {
      assertThat(reply.index())
          .as("%d acknowledges", member.id)
          .isLessThanOrEqualTo(member.disk.last());
      agrees(member, reply);
    }
  }

  /// The first entry of the term in a leader's log.
  private static long firstOf(TestMember leader, long term) {
    return leader.log.stream()
        .filter(e -> e.term() == term)
        .mapToLong(Entry::index)
        .findFirst()
        .orElse(0);
  }

  /// What is acknowledged to the leader is the leader's own entry.
  private void agrees(TestMember member, Message.AppendReply reply) {
    for (var leader : members) {
      if (leader.id == reply.to()
          && leader.up()
          && leader.node().status().role() == Role.LEADER
          && leader.node().status().hardState().term() == reply.term()
          && member.node().status().hardState().term() == reply.term()
          && reply.index() > leader.logStart.index()) {
        long term = leader.position(reply.index()).term();
        assertThat(member.disk.holds(reply.index(), term))
            .as("%d holds what it acknowledges: %s", member.id, reply)
            .isTrue();
      }
    }
  }

  private void vote(TestMember member, long voter, long term, long candidate) {
    var before = votes.putIfAbsent(new Ballot(voter, term), candidate);
    assertThat(before == null || before == candidate)
        .as("%d votes in term %d for %s and %d", voter, term, before, candidate)
        .isTrue();
    var durable = member.disk.hardState;
    assertThat(durable.term() > term || (durable.term() == term && durable.vote() == candidate))
        .as("vote of %d in term %d for %d is durable: %s", voter, term, candidate, durable)
        .isTrue();
  }

  /// What holds after every event.
  void check(TestMember member) {
    var now = member.node().status();
    var before = member.before;
    member.before = now;
    if (now.role() == Role.LEADER) {
      // I1: one leader in a term.
      var other = leaders.putIfAbsent(now.hardState().term(), member.id);
      assertThat(other == null || other == member.id)
          .as("leaders of term %d: %s, %d", now.hardState().term(), other, member.id)
          .isTrue();
    }
    // Learners, witnesses and strangers stand for no election.
    assertThat(now.role() == Role.FOLLOWER || now.configuration().mayLead(member.id))
        .as("%d is %s of %s", member.id, now.role(), now.configuration())
        .isTrue();
    assertThat(now.applied()).isLessThanOrEqualTo(now.hardState().committed());
    assertThat(now.hardState().committed()).isLessThanOrEqualTo(now.last().index());
    if (before != null) {
      // I7: what only ever grows.
      assertThat(now.hardState().term()).isGreaterThanOrEqualTo(before.hardState().term());
      assertThat(now.hardState().committed())
          .isGreaterThanOrEqualTo(before.hardState().committed());
      assertThat(now.applied()).isGreaterThanOrEqualTo(before.applied());
    }
    boolean led =
        before != null
            && before.role() == Role.LEADER
            && now.role() == Role.LEADER
            && before.hardState().term() == now.hardState().term();
    for (var entry : now.followers().entrySet()) {
      var follower = entry.getValue();
      assertThat(follower.next()).as("next of %d", entry.getKey()).isGreaterThan(follower.match());
      var earlier = led && before != null ? before.followers().get(entry.getKey()) : null;
      if (earlier != null && !follower.state().equals("LOST")) {
        assertThat(follower.match()).isGreaterThanOrEqualTo(earlier.match());
      }
    }
  }

  /// What holds once the oracle knows all of the member's log.
  void checkLog(TestMember member) {
    check(member);
    var now = member.node().status();
    assertThat(now.last()).as("log of %d", member.id).isEqualTo(member.position(member.last()));
    long term = now.hardState().term();
    boolean leads = now.role() == Role.LEADER;
    if (leads && member.checkedTerm != term) {
      lead(member, now);
    }
    // I11: at most one change is not known to be committed.
    assertThat(
            member.log.stream()
                .filter(e -> e.kind() == Entry.Kind.CONFIGURATION)
                .filter(e -> e.index() > now.hardState().committed())
                .count())
        .as("changes under way in the log of %d", member.id)
        .isLessThanOrEqualTo(1);
    commit(member, member.checkedCommit, now, leads && member.checkedTerm == term);
    member.checkedCommit = now.hardState().committed();
    member.checkedTerm = leads ? term : 0;
    member.checkedConfiguration = now.configuration();
  }

  private void lead(TestMember member, RaftStatus now) {
    // I4: it has everything that was committed.
    for (var entry : committed.values()) {
      assertThat(
              entry.index() <= member.logStart.index()
                  || (entry.index() <= member.last()
                      && member.position(entry.index()).term() == entry.term()))
          .as("leader %d of term %d has %s", member.id, now.hardState().term(), entry)
          .isTrue();
    }
  }

  /// I11: its quorums share members with those of the configuration before.
  private void follows(Entry entry) {
    var before =
        committed.values().stream()
            .filter(e -> e.kind() == Entry.Kind.CONFIGURATION)
            .reduce((_, last) -> last);
    if (before.isPresent()) {
      assertThat(Reference.adjacent(before.get().configuration(), entry.configuration()))
          .as("%s follows %s", entry.configuration(), before.get().configuration())
          .isTrue();
    }
  }

  private void commit(TestMember member, long known, RaftStatus now, boolean led) {
    long end = Math.min(now.hardState().committed(), member.last());
    for (long index = Math.max(known, member.logStart.index()) + 1; index <= end; index++) {
      var entry = member.log.get((int) (index - member.logStart.index()) - 1);
      if (entry.kind() == Entry.Kind.CONFIGURATION && !committed.containsKey(index)) {
        follows(entry);
      }
      var first = committed.putIfAbsent(index, entry);
      // I5: what is committed at an index is so everywhere.
      assertThat(first == null || same(first, entry))
          .as("%d commits %s, not %s", member.id, entry, first)
          .isTrue();
      if (first == null && !damaged && index > 1) {
        // I6: a power cut leaves it on a quorum, of the configuration then or of the one before.
        var holders =
            members.stream()
                .filter(m -> m.disk.holds(entry.index(), entry.term()))
                .map(m -> m.id)
                .toList();
        var before = member.checkedConfiguration;
        assertThat(
                Reference.quorum(now.configuration(), holders)
                    || (before != null && Reference.quorum(before, holders)))
            .as("%s committed by %d is durable on a quorum, not only %s", entry, member.id, holders)
            .isTrue();
      }
    }
    if (led && end > known) {
      // I8: a leader commits what it wrote itself, and with it what was before.
      assertThat(member.position(end).term())
          .as("the term of what leader %d commits at %d", member.id, end)
          .isEqualTo(now.hardState().term());
    }
  }
}
