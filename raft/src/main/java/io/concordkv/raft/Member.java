package io.concordkv.raft;

import io.concordkv.raft.quorum.Quorum;

/// What all parts of a member share: who it is, its term and vote, whom it follows, its log.
final class Member {
  final RaftConfig config;
  final RaftLog log;
  final Outbox out = new Outbox();
  Configuration configuration;
  Quorum quorum;
  long term;
  long vote;
  long leader;
  Role role = Role.FOLLOWER;

  /// What the driver said last, and whether it did since the last Ready.
  long nowNanos;

  boolean timeKnown;

  /// Entries up to here are taken however much waits to be applied.
  long neededIndex;

  Member(RaftConfig config, RaftLog log, Configuration configuration, HardState hardState) {
    this.config = config;
    this.log = log;
    this.configuration = configuration;
    this.quorum = new Quorum(configuration.voters(), configuration.outgoing());
    // A log written by hand, as the first one is, may be ahead of the term.
    this.term = Math.max(hardState.term(), log.last().term());
    this.vote = term == hardState.term() ? hardState.vote() : 0;
  }

  long id() {
    return config.id();
  }

  void reconfigure(Configuration next) {
    configuration = next;
    quorum = new Quorum(next.voters(), next.outgoing());
  }

  /// Whether so much waits to be applied that no more may come.
  boolean full() {
    return log.waitingBytes() >= config.maxWaitingBytes() && log.committed() >= neededIndex;
  }

  /// Of one that does not lead.
  RaftBacklog backlog() {
    return new RaftBacklog(0, 0, 0, log.waitingBytes(), neededIndex);
  }

  /// Whether it keeps no commands.
  boolean isWitness() {
    return configuration.witnesses().contains(id());
  }

  /// Whether a CONFIGURATION entry lies in the log that has not taken force.
  boolean changePending() {
    for (long index = log.applied() + 1; index <= log.lastIndex(); index++) {
      if (log.entry(index).kind() == Entry.Kind.CONFIGURATION) {
        return true;
      }
    }
    return false;
  }

  /// A CONFIGURATION entry takes force when it is applied. Until then nobody may campaign by an
  /// older one.
  boolean awaitsConfiguration() {
    for (long index = log.applied() + 1; index <= log.committed(); index++) {
      var entry = log.entry(index);
      if (entry.kind() == Entry.Kind.CONFIGURATION
          && !entry.configuration().equals(configuration)) {
        return true;
      }
    }
    return false;
  }
}
