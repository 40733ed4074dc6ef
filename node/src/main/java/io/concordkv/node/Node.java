package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Timer;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.watch.WatchSink;
import io.concordkv.node.NodeFrames.Question;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.RequestId;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardListener;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.Replica;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One running node. The request methods may be called by any thread and return at once; the reply
/// comes on the node's loop, so it must not block.
///
/// A write whose fate is not known (the leader died, the time is up) fails with a timeout. It may
/// have been done; the node never sends it again by itself.
///
/// Today a node has one shard, whose group is [#GROUP].
public final class Node {
  public static final long GROUP = 1;

  private static final Duration SWEEP = Duration.ofMillis(100);

  private final Env env;
  private final Identity identity;
  private final Transport transport;
  private final AutoCloseable lock;
  private final ReplicaHost host;
  private final ShardStateMachine shard;
  private final Replica replica;
  private final PendingWrites writes;
  private final LinearizableReads reads;
  private final KeyspaceReads keyspace;
  private final WatchDesk watchDesk;
  private final LeaseDesk leaseDesk;
  private final LeaseGrants leaseGrants;
  private final LeaseExpiry leaseExpiry;
  private final Departures departures;
  private final Chores chores;
  private final PurgeWaits purges;
  private final Publication publication;
  private final LeaderMove leaderMove;
  private final MemberChanges changes;
  private final Membership membership;
  private final Inspection inspection;
  private final Snapshots snapshots;
  private final Milestones milestones;
  private final Dialer dialer;
  private final DataCare care;
  private Leadership leadership = Leadership.UNKNOWN;
  private @Nullable Timer sweep;
  private boolean closed;

  /// Opens the way to the other members, and keeps it to those that there are.
  public interface Dialer {
    /// @param birth what tells this node from one that had its id and lost its data
    Transport dial(long self, long cluster, long birth);

    /// The members are, or may have become, these. `removed`: they are not welcome any more, and to
    /// be told so. On the loop, from the start.
    default void members(List<Member> members, List<Long> removed) {}
  }

  /// Opens or makes the node whose files are those of `env`, and starts it. Blocks while it reads
  /// them. Called on the loop, as [#stop] and everything marked so.
  ///
  /// Fails with a [ConcordException] if the data is another cluster's or member's, and with a
  /// [CorruptionError] if it is damaged.
  public static Node open(Env env, NodeConfig config, Bootstrap bootstrap, Dialer dialer) {
    return new Node(env, config, bootstrap, dialer);
  }

  private Node(Env env, NodeConfig config, Bootstrap bootstrap, Dialer dialer) {
    this.env = env;
    env.files().createDirectories("");
    lock = env.files().lock("lock");
    identity = Identity.settle(env, bootstrap);
    this.dialer = dialer;
    transport = dialer.dial(identity.member(), identity.cluster(), identity.birth());
    host = ReplicaHost.open(env, transport, config.host(identity.member()), this::receive);
    var first = identity.firstEntry(GROUP);
    var start = new SnapshotMark(LogPosition.START, first.next());
    var stored = StoredShard.open(env, config, host, start, new Events());
    shard = stored.shard();
    if (shard.wasReleased(identity.member())) {
      throw identity.removed();
    }
    replica = host.start(config.replica(identity.member(), GROUP, first), shard);
    // Numbered from where no other life begins: a late answer to one of those is none to this.
    long life = new ByteReader(Bytes.wrap(env.entropy(8))).u64();
    var firstRequest = new RequestId(identity.member(), life, life);
    changes = new MemberChanges(env.clock(), config.members(), shard, replica, transport);
    var proposals = new Proposals(config, replica, changes);
    writes = new PendingWrites(config, env.clock(), GROUP, firstRequest, proposals, transport);
    reads = new LinearizableReads(config, env.clock(), replica);
    care = new DataCare(env, config.upkeep(), host, replica, shard.engine(), stored.discarded());
    keyspace = new KeyspaceReads(env, shard.store(), care::stateDamaged);
    watchDesk = new WatchDesk(env.loop(), shard.watches());
    leaseDesk = new LeaseDesk(config, env.clock(), GROUP, life, shard, replica, transport);
    leaseGrants = new LeaseGrants(env, config, shard.store(), writes);
    leaseExpiry = new LeaseExpiry(env.clock(), shard.lessor(), writes);
    departures = new Departures(shard, writes);
    chores = new Chores(env, shard, writes, this::isWitness);
    purges = new PurgeWaits(config, env.clock(), shard);
    publication = new Publication(env.clock(), shard, writes, identity, bootstrap);
    leaderMove = new LeaderMove(env.clock(), config, replica);
    membership = new Membership(env, shard, reads, writes, () -> header(0));
    inspection = new Inspection(env, shard, replica);
    milestones = new Milestones();
    snapshots = new Snapshots(env, stored.engine(), shard::flush, replica, this::isWitness);
    tellMembers();
    env.loop().post(this::sweep);
  }

  /// Reads. `serializable` reads what this node has; otherwise the answer has all that was
  /// acknowledged by anyone before the call.
  public void range(RangeQuery query, boolean serializable, Reply<Answer<Result.Ranged>> reply) {
    env.loop().post(() -> read(serializable, reply, () -> keyspace.range(query, answering(reply))));
  }

  /// Writes: a put, a deletion, a guarded commit, a lease to be revoked. A guarded commit that only
  /// reads is answered without the log.
  public void write(Mutation mutation, Reply<Answer<Result>> reply) {
    env.loop()
        .post(() -> {
          if (mutation instanceof Operation.GuardedCommit commit
              && KeyspaceReads.readsOnly(commit)) {
            read(false, reply, () -> keyspace.commit(commit, answering(reply)));
          } else {
            submit(mutation, reply);
          }
        });
  }

  /// As a guarded commit that only reads, from what this node has.
  public void readSerializable(Operation.GuardedCommit commit, Reply<Answer<Result>> reply) {
    Check.that(
        KeyspaceReads.readsOnly(commit), "only what writes nothing can be read from one node");
    env.loop().post(() -> read(true, reply, () -> keyspace.commit(commit, answering(reply))));
  }

  /// `physical`: the answer waits until what became unreadable is deleted here, as long as that
  /// goes on.
  public void compact(long revision, boolean physical, Reply<Answer<Result>> reply) {
    env.loop()
        .post(
            () -> submit(new Mutation.Compact(revision), physical ? purges.before(reply) : reply));
  }

  /// `id` 0: the node picks one.
  public void grantLease(long id, long ttlSeconds, Reply<Answer<Result>> reply) {
    env.loop().post(() -> leaseGrants.grant(id, ttlSeconds, answering(reply)));
  }

  /// The granted TTL, or 0 if there is no such lease.
  public void keepAlive(long id, Reply<Answer<Long>> reply) {
    env.loop()
        .post(() ->
            leaseDesk.ask(
                Question.KEEP_ALIVE,
                id,
                Reply.from(
                    told ->
                        reply.done(
                            new Answer<>(header(told.revision()), told.state().ttlSeconds())),
                    reply::failed)));
  }

  public void timeToLive(long id, boolean keys, Reply<Answer<LeaseState>> reply) {
    env.loop()
        .post(() ->
            leaseDesk.ask(
                keys ? Question.TIME_TO_LIVE_AND_KEYS : Question.TIME_TO_LIVE,
                id,
                Reply.from(
                    told -> reply.done(new Answer<>(header(told.revision()), told.state())),
                    reply::failed)));
  }

  public void leases(Reply<Answer<List<Long>>> reply) {
    env.loop()
        .post(
            () -> answer(reply, shard.store().leases().stream().map(lease -> lease.id()).toList()));
  }

  /// The sink is called on the node's loop.
  public WatchHandle watch(WatchSink sink) {
    return watchDesk.open(sink);
  }

  /// Who belongs to the cluster, and how to change that.
  public Membership membership() {
    return membership;
  }

  /// Snapshots of what this node has, in directories.
  public Snapshots snapshots() {
    return snapshots;
  }

  public void status(Reply<Answer<NodeStatus>> reply) {
    env.loop()
        .post(() ->
            answer(reply, inspection.status(leadership, milestones.standing(), care.problems())));
  }

  /// Over everything this member stores.
  public void hash(Reply<Answer<Integer>> reply) {
    env.loop()
        .post(() -> {
          long revision = shard.store().revision();
          inspection.hash(hash -> reply.done(new Answer<>(header(revision), hash)));
        });
  }

  /// Over the keyspace up to `revision` (0: now); equal on all members.
  public void hashKeyspace(long revision, Reply<Answer<KeyspaceHash>> reply) {
    env.loop()
        .post(() ->
            inspection.hashKeyspace(
                revision, Reply.from(hash -> answer(reply, hash), reply::failed)));
  }

  public void moveLeader(long target, Reply<Header> reply) {
    env.loop()
        .post(() ->
            leaderMove.start(
                target,
                Reply.from(_ -> reply.done(header(shard.store().revision())), reply::failed)));
  }

  /// Tells `observer` now and at each change whether a leader is known. On the loop.
  public void observeLeader(Consumer<Boolean> observer) {
    env.loop().post(() -> leaderMove.observe(observer));
  }

  /// Tells `observer` now and at each change what this node is to the cluster. On the loop.
  public void observeStanding(Consumer<Standing> observer) {
    env.loop().post(() -> milestones.observeStanding(observer));
  }

  /// Tells `observer` of damage that is found and of its repair, each in one line. On the loop.
  public void observeDamage(Consumer<String> observer) {
    env.loop().post(() -> care.observe(observer));
  }

  /// Runs `task` once this node has published itself and knows a leader.
  public void whenReady(Runnable task) {
    env.loop()
        .post(() -> {
          milestones.whenReady(task);
          tellReady();
        });
  }

  /// Whether a node was here before: if not, its [Bootstrap] decides who it is.
  public static boolean isSettled(FileSystem files) {
    return Identity.isSettled(files);
  }

  /// Runs `task` once this node has a state: at once, unless it starts without one because that was
  /// damaged or lost, and waits for a peer's.
  public void whenWhole(Runnable task) {
    env.loop().post(() -> care.whenWhole(task));
  }

  /// This node's member id.
  public long id() {
    return identity.member();
  }

  public long cluster() {
    return identity.cluster();
  }

  /// The term of the leader that this node knows, or last knew; on the loop.
  public long term() {
    return leadership.term();
  }

  /// For the simulator and status pages; on the loop.
  public RaftStatus raftStatus() {
    return replica.status();
  }

  /// For the simulator; on the loop.
  public Backlog backlog() {
    return new Backlog(
        writes.size(), writes.unsent(), reads.size(), leaseDesk.size(), replica.backlog());
  }

  /// For the simulator; on the loop.
  public ShardStateMachine shard() {
    return shard;
  }

  /// For the simulator; on the loop.
  public Replica replica() {
    return replica;
  }

  /// Hands leadership over if there is somebody to take it, closes, and then runs `stopped`. Any
  /// thread may call it.
  public void stop(Runnable stopped) {
    env.loop()
        .post(() -> {
          if (closed) {
            stopped.run();
          } else {
            leaderMove.away(() -> {
              close();
              stopped.run();
            });
          }
        });
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (sweep != null) {
      sweep.cancel();
    }
    watchDesk.close();
    writes.close();
    reads.close();
    leaseDesk.close();
    leaderMove.close();
    care.close();
    snapshots.close();
    chores.close();
    purges.close();
    host.close();
    // What is not durable is in the log. A flush of its own would set this replica's files apart.
    shard.close();
    transport.close();
    try {
      lock.close();
    } catch (Exception e) {
      throw new IllegalStateException("the data directory cannot be unlocked", e);
    }
  }

  private void submit(Mutation mutation, Reply<Answer<Result>> reply) {
    if (isWitness()) {
      reply.failed(new ConcordException(ErrorCode.NOT_SUPPORTED_FOR_WITNESS));
    } else {
      writes.submit(new Command.Change(mutation), answering(reply));
    }
  }

  /// Runs `now` at once, or when reading here is linearizable.
  private void read(boolean serializable, Reply<?> reply, Runnable now) {
    if (replica.hollow()) {
      reply.failed(new ConcordException(ErrorCode.UNHEALTHY));
    } else if (isWitness()) {
      reply.failed(new ConcordException(ErrorCode.NOT_SUPPORTED_FOR_WITNESS));
    } else if (serializable) {
      now.run();
    } else {
      reads.await(now, reply::failed);
    }
  }

  /// Without data there is nothing to answer with, nor to see what a write came to.
  private boolean isWitness() {
    return milestones.standing() == Standing.WITNESS;
  }

  /// Puts the header of its revision on a result.
  private <T extends Result> Reply<T> answering(Reply<Answer<T>> reply) {
    return Reply.from(
        result -> reply.done(new Answer<>(header(result.revision()), result)), reply::failed);
  }

  private <T> void answer(Reply<Answer<T>> reply, T value) {
    reply.done(new Answer<>(header(shard.store().revision()), value));
  }

  private Header header(long revision) {
    return new Header(identity.cluster(), identity.member(), revision, leadership.term());
  }

  private void receive(long from, Frame frame) {
    if (closed) {
      return;
    }
    switch (frame.kind()) {
      case NodeFrames.FORWARD -> writes.forwarded(from, frame.payload());
      case NodeFrames.REFUSED -> writes.refused(NodeFrames.readRefused(frame.payload()));
      case NodeFrames.ASK -> leaseDesk.asked(from, NodeFrames.readAsk(frame.payload()));
      case NodeFrames.ANSWER -> leaseDesk.answered(NodeFrames.readAnswer(frame.payload()));
      default -> {
        // A newer node may say what this release does not understand; it does not count on it.
      }
    }
  }

  private void sweep() {
    if (closed) {
      return;
    }
    writes.sweep();
    reads.sweep();
    leaseDesk.sweep();
    leaseExpiry.sweep();
    departures.sweep();
    chores.sweep();
    purges.sweep();
    publication.sweep();
    leaderMove.sweep();
    changes.sweep();
    care.sweep();
    tellReady();
    sweep = env.loop().after(SWEEP, this::sweep);
  }

  private void tellReady() {
    if (leadership.leader() != 0 && publication.done()) {
      milestones.ready();
    }
  }

  private void tellMembers() {
    var known = shard.members();
    var members = known.isEmpty() ? identity.first() : known;
    dialer.members(members, shard.releasedMembers());
    members.stream()
        .filter(each -> each.id() == identity.member())
        .forEach(each -> milestones.standing(each.standing()));
  }

  /// What the shard tells this node.
  private final class Events implements ShardListener {
    @Override
    public void applied(RequestId request, Outcome outcome) {
      writes.applied(request, outcome);
    }

    @Override
    public void settled(RequestId request, @Nullable ErrorCode refused) {
      writes.settled(request, refused);
      tellReady();
    }

    /// The log is replayed after the node is whole, so all of it is there.
    @Override
    public void membersChanged() {
      tellMembers();
    }

    /// The replica may call this before the node is whole: [#sweep()] looks again.
    @Override
    public void lead(Role role, long term, long leader) {
      env.loop().post(() -> Node.this.lead(new Leadership(role, term, leader)));
    }
  }

  private void lead(Leadership now) {
    if (closed) {
      return;
    }
    leadership = now;
    writes.lead(now);
    leaseDesk.lead(now);
    leaderMove.lead(now);
    tellReady();
  }
}
