package io.concordkv.raft;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.raft.quorum.VoteResult;
import io.concordkv.raft.read.ReadRounds;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One member of a group: Raft as a deterministic state machine.
///
/// This class decides which role the member plays and passes on what it hears to the part that owns
/// the matter: [Election] the votes, [Following] what is done for a leader, [Leadership] one term
/// as the leader, [Suspicion] whether promises may be made at all, [RaftLog] the entries.
///
/// A CONFIGURATION entry takes force when it is applied, that is in the [#applied(long)] that
/// reaches it; one that equals the configuration in force changes nothing. A leader that is not of
/// the new one tells the others and steps down.
public final class RaftNode {
  /// Reads that may wait on a leader; more are refused.
  private static final int MAX_WAITING_READS = 1 << 16;

  private final Member self;
  private final RaftLog log;
  private final Suspicion suspicion;
  private final Election election;
  private final Following following;
  private final ReadRounds reads;
  private final Readies readies;
  private @Nullable Leadership leadership;

  /// Goes on from what was persisted: the log behind `start` (which stands for all that was trimmed
  /// or came as a snapshot, with the configuration there), and the hard state. `applied` is what
  /// the state machine has.
  public RaftNode(
      RaftConfig config,
      RandomGenerator random,
      SnapshotMark start,
      List<Entry> entries,
      HardState hardState,
      long applied) {
    long last = start.last().index() + entries.size();
    // Damage may have taken entries that this member knew to be committed.
    long committed =
        config.suspect() ? Math.min(hardState.committed(), last) : hardState.committed();
    this.log = new RaftLog(start.last(), entries, committed, applied);
    this.self = new Member(config, log, configurationAt(start, entries, applied), hardState);
    this.readies = new Readies(self, hardState);
    this.reads = new ReadRounds(random.nextLong(), MAX_WAITING_READS);
    this.suspicion = new Suspicion(self, random);
    this.election = new Election(self, suspicion, random);
    this.following = new Following(self, suspicion);
    Check.that(
        !config.suspect() || !self.quorum.isOnly(config.id()),
        "nobody could give back what the only voter has lost");
  }

  /// The driver's monotonic time, for leases only: it counts for the next [#ready()].
  public void time(long nanos) {
    self.nowNanos = nanos;
    self.timeKnown = true;
  }

  public void tick() {
    suspicion.tick();
    if (leadership != null) {
      if (!leadership.tick()) {
        follow(self.term, 0);
      }
    } else if (election.tick()) {
      campaign(self.config.preVote() && !self.quorum.isOnly(self.id()), false);
    }
  }

  /// Takes a message. One for somebody else, or of a term that is over, changes nothing.
  public void step(Message message) {
    if (message.to() != self.id() || message.from() == self.id()) {
      return;
    }
    switch (message) {
      case Message.ReadIndex read -> {
        if (leadership != null) {
          leadership.read(read.from(), read.token());
        } else {
          self.out.send(
              new Message.ReadIndexReply(self.id(), read.from(), self.term, read.token(), 0));
        }
      }
      // True in whatever term it was asked.
      case Message.ReadIndexReply reply -> self.out.answer(reply.token(), reply.index());
      case Message.Propose proposal -> {
        if (leadership != null) {
          leadership.propose(proposal.commands());
        }
      }
      case Message.Vote vote -> {
        if (admitVote(vote)) {
          election.answer(vote);
        }
      }
      case Message.VoteReply reply -> voteReply(reply);
      case Message.Append append -> {
        if (admitLeader(append)) {
          following.append(append);
        }
      }
      case Message.Heartbeat heartbeat -> {
        if (admitLeader(heartbeat)) {
          following.heartbeat(heartbeat);
        }
      }
      case Message.InstallSnapshot install -> {
        if (admitLeader(install)) {
          following.install(install);
        }
      }
      case Message.AppendReply reply -> {
        if (admitReply(reply) && leadership != null) {
          leadership.appendReply(reply);
        }
      }
      case Message.HeartbeatReply reply -> {
        if (admitReply(reply) && leadership != null) {
          leadership.heartbeatReply(reply);
        }
      }
      case Message.TimeoutNow order -> {
        if (admitReply(order) && self.role == Role.FOLLOWER && election.mayCampaign()) {
          campaign(false, true);
        }
      }
    }
    resolveSuspicion();
  }

  /// The driver saw the connection of `member` close, as it does when a process ends. If that is
  /// the leader, this member soon asks the others whether they would vote for it. It is a hint: who
  /// still hears the leader and was not told the same refuses.
  public void leaderLost(long member) {
    if (self.role == Role.FOLLOWER && self.leader == member) {
      election.hurry();
    }
  }

  /// Appends `commands` to the leader's log, all or none.
  public ProposeResult propose(List<Bytes> commands) {
    return leadership != null
        ? leadership.propose(commands)
        : new ProposeResult.NotLeader(self.leader);
  }

  /// Appends a change of the configuration to the leader's log; it takes force when it is applied.
  /// Every member's state machine gets `context` with the entry, in a [ConfigurationEntry].
  public ProposeResult changeConfig(ConfigChange change, Bytes context) {
    return leadership != null
        ? leadership.changeConfig(change, context)
        : new ProposeResult.NotLeader(self.leader);
  }

  /// Answered by a [ReadState] with the same token.
  public void readIndex(long token) {
    if (leadership != null) {
      leadership.read(self.id(), token);
    } else if (self.leader == 0 || self.isWitness()) {
      self.out.answer(token, 0);
    } else {
      self.out.send(new Message.ReadIndex(self.id(), self.leader, token));
    }
  }

  /// False if this is not the leader, or `to` may not lead or does not keep up.
  public boolean transferLeadership(long to) {
    return leadership != null && leadership.transfer(to);
  }

  public boolean hasReady() {
    settle();
    return readies.any();
  }

  public Ready ready() {
    settle();
    self.timeKnown = false;
    return readies.next();
  }

  /// What `ready` asked for is durable, as are all Readys before it.
  public void persisted(Ready ready) {
    readies.persisted(ready);
    if (self.role == Role.CANDIDATE && readies.ownVoteIsDurable()) {
      poll(self.id(), true);
    }
    if (leadership != null) {
      leadership.persisted();
    }
    resolveSuspicion();
  }

  public void applied(long index) {
    while (log.applied() < index) {
      var entry = log.applyNext();
      if (entry != null && entry.kind() == Entry.Kind.CONFIGURATION) {
        reconfigure(entry.configuration());
      }
    }
    if (leadership != null) {
      leadership.applied();
    }
  }

  /// The driver has a state that ends at `index` and takes the place of this member's once all up
  /// to there is known to be committed: so much is taken of the log, however much waits to be
  /// applied.
  public void needs(long index) {
    self.neededIndex = Math.max(self.neededIndex, index);
  }

  /// A follower's message queue was cut, or its snapshot failed or arrived: see the driver.
  public void reportUnreachable(long member) {
    if (leadership != null) {
      leadership.unreachable(member);
    }
  }

  public void reportSnapshot(long member, boolean delivered) {
    if (leadership != null) {
      leadership.snapshotEnded(member, delivered);
    }
  }

  /// Forgets entries up to and with `index` (applied ones only); whoever still needs them gets a
  /// snapshot.
  public void trim(long index) {
    log.trim(index);
  }

  /// The entry at `index`, durable or not; null if it was trimmed or there is none yet. For the
  /// simulator's invariants.
  public @Nullable Entry entry(long index) {
    return index > log.startIndex() && index <= log.lastIndex() ? log.entry(index) : null;
  }

  /// On the leader: whether nothing is under way and everybody who `lives` has the whole log and
  /// knows that it is committed; those are a quorum.
  public boolean atRest(LongPredicate lives) {
    return leadership != null && !hasReady() && leadership.atRest(lives);
  }

  /// Whether `leader` leads here in `term`, and the log ends at `index`, committed and applied.
  public boolean follows(long leader, long term, long index) {
    return self.role == Role.FOLLOWER
        && self.leader == leader
        && self.term == term
        && !suspicion.suspect()
        && log.lastIndex() == index
        && log.applied() == index;
  }

  /// The position with `index`, which is that of an entry here or of the last one trimmed.
  public LogPosition position(long index) {
    return log.position(index);
  }

  public RaftStatus status() {
    return new RaftStatus(
        self.id(),
        self.role,
        self.leader,
        new HardState(self.term, self.vote, log.committed()),
        log.startIndex() + 1,
        log.last(),
        log.applied(),
        suspicion.suspect(),
        self.configuration,
        leadership == null
            ? Collections.unmodifiableSortedMap(new TreeMap<>())
            : leadership.followers());
  }

  /// For the simulator's invariants.
  public RaftBacklog backlog() {
    return leadership == null ? self.backlog() : leadership.backlog();
  }

  private void settle() {
    if (leadership != null) {
      leadership.settle();
    }
  }

  /// Whether a request for a vote is to be answered by the election.
  private boolean admitVote(Message.Vote vote) {
    if (vote.term() < self.term) {
      if (vote.pre()) {
        self.out.send(election.reply(vote, self.term, false));
      }
      return false;
    }
    if (!vote.transfer() && election.leaseRuns()) {
      return false;
    }
    if (vote.term() > self.term) {
      if (!vote.transfer() && election.leaderIsFresh()) {
        return false;
      }
      if (!vote.pre()) {
        follow(vote.term(), 0);
      }
    }
    return true;
  }

  private void voteReply(Message.VoteReply reply) {
    // A pre-vote is granted for a term that has not begun.
    boolean forecast = reply.pre() && reply.granted();
    if (!forecast && !admitReply(reply)) {
      return;
    }
    learn(reply.committed());
    var awaited = reply.pre() ? Role.PRE_CANDIDATE : Role.CANDIDATE;
    if (self.role == awaited && reply.term() == self.term + (forecast ? 1 : 0)) {
      poll(reply.from(), reply.granted());
    }
  }

  /// Somebody knows that the log is committed up to there. That there are other members than those
  /// who were asked ends a campaign.
  private void learn(LogPosition committed) {
    if (leadership == null
        && !suspicion.suspect()
        && committed.index() > log.committed()
        && log.matches(committed)) {
      log.commit(committed.index());
      if (self.role != Role.FOLLOWER && self.awaitsConfiguration()) {
        follow(self.term, 0);
      }
    }
  }

  /// Whether a message of a leader is to be obeyed; if so, it is the leader now.
  private boolean admitLeader(Message message) {
    if (message.term() < self.term) {
      // Tells a leader whose term is over, and who may not be able to hear it from anybody else.
      self.out.promise(
          new Message.AppendReply(
              self.id(), message.from(), self.term, 0, false, LogPosition.START, false));
      return false;
    }
    Check.that(
        message.term() > self.term || self.role != Role.LEADER,
        "term %d has one leader, not also member %d",
        message.term(),
        message.from());
    Check.that(
        message.term() > self.term || self.leader == 0 || self.leader == message.from(),
        "term %d has one leader, not also member %d",
        message.term(),
        message.from());
    if (message.term() > self.term || self.role != Role.FOLLOWER || self.leader != message.from()) {
      follow(message.term(), message.from());
    } else {
      election.heard();
    }
    return true;
  }

  /// Whether a message is of this term. One of a later term ends this one.
  private boolean admitReply(Message message) {
    if (message.term() > self.term) {
      follow(message.term(), 0);
    }
    return message.term() == self.term;
  }

  private void follow(long term, long leader) {
    resign();
    if (term != self.term) {
      self.term = term;
      self.vote = 0;
      election.calm();
    }
    if (suspicion.suspect() && leader != 0 && self.vote == 0) {
      // It may have voted for this leader and have forgotten it.
      self.vote = leader;
    }
    self.role = Role.FOLLOWER;
    self.leader = leader;
    if (leader != 0) {
      election.heard();
    }
    election.restart();
  }

  private void campaign(boolean pre, boolean transfer) {
    self.leader = 0;
    if (pre) {
      self.role = Role.PRE_CANDIDATE;
      election.request(true, transfer);
      poll(self.id(), true);
    } else {
      self.role = Role.CANDIDATE;
      self.term++;
      self.vote = self.id();
      election.request(false, transfer);
    }
  }

  private void poll(long voter, boolean granted) {
    var result = election.count(voter, granted);
    if (result == VoteResult.LOST) {
      follow(self.term, 0);
    } else if (result == VoteResult.WON && self.role == Role.PRE_CANDIDATE) {
      campaign(false, false);
    } else if (result == VoteResult.WON) {
      self.role = Role.LEADER;
      self.leader = self.id();
      election.calm();
      election.restart();
      leadership = new Leadership(self, reads);
    }
  }

  private void reconfigure(Configuration next) {
    if (next.equals(self.configuration)) {
      return;
    }
    if (leadership != null) {
      leadership.announce(next);
    }
    self.reconfigure(next);
    if (leadership != null && !next.mayLead(self.id())) {
      follow(self.term, 0);
    } else if (leadership != null) {
      leadership.reconfigured();
    }
  }

  private void resign() {
    if (leadership != null) {
      leadership.resign();
      leadership = null;
    }
  }

  private void resolveSuspicion() {
    if (suspicion.resolve() && self.leader != 0) {
      following.trusted();
    }
  }

  private static Configuration configurationAt(
      SnapshotMark start, List<Entry> entries, long applied) {
    var configuration = start.configuration();
    for (var entry : entries) {
      if (entry.index() <= applied && entry.kind() == Entry.Kind.CONFIGURATION) {
        configuration = entry.after(configuration);
      }
    }
    return configuration;
  }
}
