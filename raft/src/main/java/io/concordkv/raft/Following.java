package io.concordkv.raft;

/// What a member does for the leader of its term: takes entries and snapshots and acknowledges
/// them.
///
/// An acknowledgement names the last entry *of the message* that it answers, never the end of the
/// log: what lies behind may be another leader's and not agree. It leaves once everything handed
/// out before it is durable.
final class Following {
  private final Member self;
  private final Suspicion suspicion;

  Following(Member self, Suspicion suspicion) {
    this.self = self;
    this.suspicion = suspicion;
  }

  void append(Message.Append message) {
    var log = self.log;
    var previous = message.previous();
    if (previous.index() < log.startIndex()) {
      // What a snapshot or trimming took was committed, so it agrees.
      acknowledge(message.from(), log.committed());
    } else if (log.matches(previous)) {
      if (!message.entries().isEmpty() && self.full()) {
        // As if it was lost. The leader asks where this member is, and sends no faster than that.
        return;
      }
      log.accept(previous, message.entries());
      long last = previous.index() + message.entries().size();
      log.commit(Math.max(log.committed(), Math.min(message.commit(), last)));
      acknowledge(message.from(), last);
    } else {
      var hint = log.position(log.candidate(previous.index(), previous.term()));
      self.out.send(
          suspicion.suspect()
              ? lost(message.from(), hint)
              : reply(message.from(), previous.index(), false, hint, false));
    }
  }

  void heartbeat(Message.Heartbeat message) {
    if (Suspicion.isNonce(message.context())) {
      // The commit index is not bounded by what this member has; an old loss is none of its matter.
      suspicion.hear(message.context(), message.commit());
    } else if (!suspicion.suspect()) {
      self.log.commit(Math.max(self.log.committed(), message.commit()));
    }
    if (suspicion.suspect() && message.context() != suspicion.nonce()) {
      // Nobody may be about to append anything; the leader has to hear of the loss all the same.
      self.out.promise(lost(message.from(), self.log.last()));
    }
    // A member that may have forgotten a later leader must not confirm this one to its readers.
    long context = suspicion.suspect() ? 0 : message.context();
    self.out.send(
        new Message.HeartbeatReply(
            self.id(),
            message.from(),
            self.term,
            context,
            self.config.priority(),
            self.config.leaseNanos()));
  }

  void install(Message.InstallSnapshot message) {
    var log = self.log;
    var mark = message.snapshot();
    if (mark.last().index() > log.committed()) {
      if (log.matches(mark.last())) {
        log.commit(mark.last().index());
      } else {
        log.reset(mark);
        self.reconfigure(mark.configuration());
      }
    }
    acknowledge(message.from(), log.committed());
  }

  /// Tells the leader, once trusted again, without waiting for its next append.
  void trusted() {
    acknowledge(self.leader, self.log.committed());
  }

  private void acknowledge(long to, long index) {
    self.out.promise(
        suspicion.suspect()
            ? lost(to, self.log.position(Math.max(index, self.log.startIndex())))
            : reply(to, index, true, LogPosition.START, false));
  }

  private Message.AppendReply lost(long to, LogPosition end) {
    return reply(to, suspicion.nonce(), false, end, true);
  }

  private Message.AppendReply reply(
      long to, long index, boolean accepted, LogPosition hint, boolean lost) {
    return new Message.AppendReply(self.id(), to, self.term, index, accepted, hint, lost);
  }
}
