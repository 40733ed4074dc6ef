package io.concordkv.raft;

import java.util.List;
import java.util.TreeMap;

/// What the safety of Raft depends on.
///
/// @param durable how much of the log is on the own disk
/// @param votes who granted what the member asks for at present, be it a vote or a pre-vote
/// @param matches on a leader: what others have acknowledged in its term
record ReferenceState(
    Role role,
    long term,
    long vote,
    long leader,
    LogPosition start,
    List<Entry> log,
    long committed,
    long applied,
    Configuration configuration,
    long durable,
    TreeMap<Long, Boolean> votes,
    TreeMap<Long, Long> matches) {
  long last() {
    return start.index() + log.size();
  }

  long termAt(long index) {
    return index == start.index() ? start.term() : entry(index).term();
  }

  Entry entry(long index) {
    return log.get((int) (index - start.index()) - 1);
  }

  LogPosition end() {
    return new LogPosition(last(), termAt(last()));
  }

  ReferenceState durableTo(long index) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        start,
        log,
        committed,
        applied,
        configuration,
        index,
        votes,
        matches);
  }

  ReferenceState with(Role role, long term, long vote, long leader) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        start,
        log,
        committed,
        applied,
        configuration,
        durable,
        new TreeMap<>(),
        new TreeMap<>());
  }

  ReferenceState withLog(List<Entry> next) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        start,
        next,
        committed,
        applied,
        configuration,
        durable,
        votes,
        matches);
  }

  ReferenceState withCommitted(long next) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        start,
        log,
        Math.max(committed, next),
        applied,
        configuration,
        durable,
        votes,
        matches);
  }

  ReferenceState withConfiguration(long applied, Configuration next) {
    return new ReferenceState(
        role, term, vote, leader, start, log, committed, applied, next, durable, votes, matches);
  }

  ReferenceState reset(SnapshotMark mark) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        mark.last(),
        List.of(),
        mark.last().index(),
        applied,
        mark.configuration(),
        durable,
        votes,
        matches);
  }

  /// Whether it is the same but for what is tracked and not seen. A member that may have forgotten
  /// its vote gives it to whom it follows.
  boolean looksLike(ReferenceState other, Reference.Traits traits) {
    return role == other.role
        && term == other.term
        && (vote == other.vote || (traits.distrusted() && vote == 0 && other.vote == leader))
        && leader == other.leader
        && start.equals(other.start)
        && committed == other.committed
        && configuration.equals(other.configuration)
        && log.equals(other.log);
  }

  boolean tracksAs(ReferenceState other) {
    return votes.equals(other.votes) && matches.equals(other.matches);
  }

  @Override
  public String toString() {
    return "%s term %d vote %d leader %d log %s..%s commit %d applied %d %s"
        .formatted(role, term, vote, leader, start, end(), committed, applied, configuration);
  }

  ReferenceState withVote(long voter, boolean granted) {
    var next = new TreeMap<>(votes);
    next.putIfAbsent(voter, granted);
    return tracking(next, matches);
  }

  ReferenceState withMatch(long member, long index) {
    var next = new TreeMap<>(matches);
    next.merge(member, index, Math::max);
    return tracking(votes, next);
  }

  /// The same, with what was tracked of `other`.
  ReferenceState tracking(ReferenceState other) {
    return tracking(other.votes, other.matches);
  }

  private ReferenceState tracking(TreeMap<Long, Boolean> votes, TreeMap<Long, Long> matches) {
    return new ReferenceState(
        role,
        term,
        vote,
        leader,
        start,
        log,
        committed,
        applied,
        configuration,
        durable,
        votes,
        matches);
  }
}
