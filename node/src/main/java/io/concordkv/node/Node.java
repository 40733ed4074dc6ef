package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Timer;
import io.concordkv.base.env.Workers.Lane;
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
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardListener;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftConfig;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.HostConfig;
import io.concordkv.replica.Replica;
import io.concordkv.replica.ReplicaConfig;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
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

  private static final long MAX_LEASE_SECONDS = 9_000_000_000L;
  private static final Duration SWEEP = Duration.ofMillis(100);

  private final Env env;
  private final NodeConfig config;
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
  private final LeaseExpiry leaseExpiry;
  private final Publication publication;
  private final LeaderMove leaderMove;
  private final List<Runnable> whenReady = new ArrayList<>();
  private Leadership leadership = Leadership.UNKNOWN;
  private @Nullable Timer sweep;
  private boolean closed;

  /// Opens the way to the other members, once it is known who they are.
  public interface Dialer {
    Transport dial(long self, long cluster, List<Member> members);
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
    this.config = config;
    env.files().createDirectories("");
    lock = env.files().lock("lock");
    identity = Identity.settle(env.files(), bootstrap);
    transport = dialer.dial(identity.member(), identity.cluster(), identity.founders());
    host =
        ReplicaHost.open(
            env,
            transport,
            new HostConfig(identity.member(), "wal", config.tick(), config.wal()),
            this::receive);
    var founders = Configuration.of(identity.founders().stream().map(Member::id).toList());
    var engine = LsmEngine.open(env, "state", config.lsm());
    if (engine.mark() > 0 && !host.has(GROUP)) {
      throw new CorruptionError(
          "the log in "
              + env.files().describe("wal")
              + " is empty, but the state beside it is not: the log was lost. Replace this member"
              + " under a new id; with its old one it could vote twice");
    }
    shard =
        new ShardStateMachine(
            env,
            engine,
            config.mvcc(),
            config.watch(),
            config.electionTimeout(),
            new SnapshotMark(LogPosition.START, founders),
            identity.founders(),
            new Events());
    replica =
        host.start(
            new ReplicaConfig(
                GROUP,
                founders,
                RaftConfig.of(identity.member(), config.electionTicks(), config.raft()),
                config.snapshotEntries(),
                config.catchUpEntries(),
                config.catchUpBytes()),
            shard);
    var first =
        new RequestId(identity.member(), new ByteReader(Bytes.wrap(env.entropy(8))).u64(), 0);
    writes = new PendingWrites(config, env.clock(), GROUP, first, replica, transport);
    reads = new LinearizableReads(config, env.clock(), replica);
    keyspace = new KeyspaceReads(env, shard.store());
    watchDesk = new WatchDesk(env.loop(), shard.watches());
    leaseDesk = new LeaseDesk(config, env.clock(), GROUP, shard, replica, transport);
    leaseExpiry = new LeaseExpiry(env.clock(), shard.lessor(), writes);
    publication = new Publication(env.clock(), shard, writes, identity.member(), bootstrap);
    leaderMove = new LeaderMove(env.clock(), config, replica);
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

  /// `physical`: the answer waits until this node has deleted what became unreadable.
  public void compact(long revision, boolean physical, Reply<Answer<Result>> reply) {
    env.loop()
        .post(() ->
            submit(
                new Mutation.Compact(revision),
                physical
                    ? Reply.from(done -> shard.whenPurged(() -> reply.done(done)), reply::failed)
                    : reply));
  }

  /// `id` 0: the node picks one.
  public void grantLease(long id, long ttlSeconds, Reply<Answer<Result>> reply) {
    if (ttlSeconds > MAX_LEASE_SECONDS) {
      env.loop().post(() -> reply.failed(new ConcordException(ErrorCode.LEASE_TTL_TOO_LARGE)));
      return;
    }
    long ttl = Math.max(ttlSeconds, config.minLeaseSeconds());
    env.loop().post(() -> submit(new Mutation.GrantLease(id == 0 ? freshLease() : id, ttl), reply));
  }

  private long freshLease() {
    long id = 0;
    while (id == 0 || shard.store().lease(id) != null) {
      id = new ByteReader(Bytes.wrap(env.entropy(8))).u64() & Long.MAX_VALUE;
    }
    return id;
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

  public void members(boolean linearizable, Reply<Answer<List<Member>>> reply) {
    env.loop()
        .post(() ->
            read(!linearizable, reply, () -> reply.done(new Answer<>(header(0), shard.members()))));
  }

  public void status(Reply<Answer<NodeStatus>> reply) {
    env.loop().post(() -> answer(reply, status()));
  }

  private NodeStatus status() {
    var raft = replica.status();
    var sizes = shard.engine().sizes();
    return new NodeStatus(
        sizes.disk() + sizes.memory(),
        sizes.live() + sizes.memory(),
        leadership.leader(),
        raft.hardState().committed(),
        shard.applied().last().index(),
        leadership.term(),
        raft.configuration().learners().contains(identity.member()),
        leadership.leader() == 0 ? List.of(ErrorCode.NO_LEADER.message()) : List.of());
  }

  /// Over everything this member stores.
  public void hash(Reply<Answer<Integer>> reply) {
    env.loop()
        .post(() -> {
          long revision = shard.store().revision();
          var view = shard.engine().view();
          env.workers()
              .run(
                  Lane.BACKGROUND,
                  () -> StateHash.of(view),
                  env.loop(),
                  hash -> reply.done(new Answer<>(header(revision), hash)));
        });
  }

  /// Over the keyspace up to `revision` (0: now); equal on all members.
  public void hashKeyspace(long revision, Reply<Answer<KeyspaceHash>> reply) {
    env.loop()
        .post(() -> {
          try {
            env.workers()
                .run(
                    Lane.BACKGROUND,
                    shard.store().hash(revision),
                    env.loop(),
                    hash -> answer(reply, hash));
          } catch (ConcordException refused) {
            reply.failed(refused);
          }
        });
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

  /// Runs `task` once this node has published itself and knows a leader.
  public void whenReady(Runnable task) {
    env.loop()
        .post(() -> {
          whenReady.add(task);
          tellReady();
        });
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
  public ShardStateMachine shard() {
    return shard;
  }

  /// For the simulator; on the loop.
  public Replica replica() {
    return replica;
  }

  /// Hands leadership over if there is somebody to take it, makes the state durable, closes, and
  /// then runs `stopped`. Any thread may call it.
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
    host.close();
    shard.engine().sync();
    shard.close();
    transport.close();
    try {
      lock.close();
    } catch (Exception e) {
      throw new IllegalStateException("the data directory cannot be unlocked", e);
    }
  }

  private void submit(Mutation mutation, Reply<Answer<Result>> reply) {
    writes.submit(new Command.Change(mutation), answering(reply));
  }

  /// Runs `now` at once, or when reading here is linearizable.
  private void read(boolean serializable, Reply<?> reply, Runnable now) {
    if (serializable) {
      now.run();
    } else {
      reads.await(now, reply::failed);
    }
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
    publication.sweep();
    leaderMove.sweep();
    tellReady();
    sweep = env.loop().after(SWEEP, this::sweep);
  }

  private void tellReady() {
    if (!whenReady.isEmpty() && leadership.leader() != 0 && publication.done()) {
      var ready = List.copyOf(whenReady);
      whenReady.clear();
      ready.forEach(Runnable::run);
    }
  }

  /// What the shard tells this node.
  private final class Events implements ShardListener {
    @Override
    public void applied(RequestId request, Outcome outcome) {
      writes.applied(request, outcome);
    }

    @Override
    public void published(RequestId request) {
      writes.settled(request);
      tellReady();
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
