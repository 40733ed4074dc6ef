package io.concordkv.node.shard;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.Loaded;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.MvccStore.Prepared;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.lease.Lease;
import io.concordkv.mvcc.lease.Lessor;
import io.concordkv.mvcc.watch.WatchHub;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.replica.SnapshotSink;
import io.concordkv.replica.SnapshotSource;
import io.concordkv.replica.StateMachine;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a shard's group replicates: a keyspace with its leases and watches, and the members.
///
/// Invariants: (1) one batch of entries becomes one [WriteBatch] that also holds the applied
/// position, so the state is that of an exact position after any crash; (2) nobody is told of a
/// change before the engine has it; (3) applying reads no clock and draws no number, so all
/// replicas come to the same state.
public final class ShardStateMachine implements StateMachine {
  /// No member sends larger chunks of a snapshot than this, but for one pair.
  public static final int MAX_CHUNK_BYTES = 512 << 10;

  private final Env env;
  private final Engine engine;
  private final MvccStore store;
  private final WatchHub watches;
  private final Lessor lessor;
  private final int snapshotChunkBytes;
  private final Duration leaseGrace;
  private final MemberTable members = new MemberTable();
  private final Purger purger;
  private final ShardListener listener;
  private SnapshotMark applied;
  private boolean applying;

  /// Takes over what `engine` holds; if that is nothing, begins at `start`. Blocks.
  ///
  /// @param snapshotChunkBytes how much of a snapshot is sent at once: at least so much, and at
  ///   most one pair more
  /// @param leaseGrace what a new leader gives every lease on top of its full time
  public ShardStateMachine(
      Env env,
      Engine engine,
      MvccOptions mvcc,
      WatchOptions watch,
      int snapshotChunkBytes,
      Duration leaseGrace,
      SnapshotMark start,
      ShardListener listener) {
    this.env = env;
    this.engine = engine;
    this.snapshotChunkBytes = snapshotChunkBytes;
    this.leaseGrace = leaseGrace;
    this.listener = listener;
    var stored = stored(engine);
    applied = stored == null ? start : stored;
    members.load(engine);
    store = MvccStore.open(engine, mvcc);
    watches = new WatchHub(store, env, watch);
    lessor = new Lessor(env.clock());
    purger = new Purger(env, engine, store);
    purger.wake();
  }

  /// Up to where the state in `engine` goes; null: there is none.
  public static @Nullable SnapshotMark stored(Engine engine) {
    var stored = engine.get(ShardKeys.APPLIED);
    return stored == null ? null : ShardKeys.decodeApplied(stored);
  }

  public MvccStore store() {
    return store;
  }

  public WatchHub watches() {
    return watches;
  }

  public Lessor lessor() {
    return lessor;
  }

  public Engine engine() {
    return engine;
  }

  public List<Member> members() {
    return members.all();
  }

  public @Nullable Member member(long id) {
    return members.get(id);
  }

  /// Who was removed, but may still be asked for its vote by one who does not know.
  public List<Long> neededMembers() {
    return members.needed();
  }

  /// Who was removed and is not needed any more.
  public List<Long> releasedMembers() {
    return members.released();
  }

  public boolean wasReleased(long id) {
    return members.wasReleased(id);
  }

  /// Whether it was a member and must not be one again.
  public boolean wasRemoved(long id) {
    return members.wasRemoved(id);
  }

  /// Whether another member than `id` is at one of `peerUrls`.
  public boolean taken(List<String> peerUrls, long id) {
    return members.taken(peerUrls, id);
  }

  /// Runs `then` once what compaction made unreadable is deleted here.
  public void whenPurged(Runnable then) {
    purger.whenClean(then);
  }

  @Override
  public SnapshotMark applied() {
    return applied;
  }

  @Override
  public long durableIndex() {
    return engine.durableMark();
  }

  @Override
  public void flush() {
    engine.flush();
  }

  @Override
  public void apply(List<Entry> entries, SnapshotMark after, Runnable done) {
    Check.that(!applying, "one batch is applied after the other");
    applying = true;
    var changes = new ArrayList<Mutation>(entries.size());
    var requests = new ArrayList<RequestId>(entries.size());
    var asides = new ArrayList<Aside>();
    for (var entry : entries) {
      switch (entry.kind()) {
        case NO_OP -> {}
        case CONFIGURATION -> asides.add(Aside.of(ConfigurationEntry.decode(entry.payload())));
        case COMMAND -> {
          var envelope = EnvelopeCodec.decode(entry.payload());
          if (envelope.command() instanceof Command.Change(var mutation)) {
            changes.add(mutation);
            requests.add(envelope.request());
          } else {
            asides.add(new Aside(envelope, null));
          }
        }
      }
    }
    switch (store.prepare(changes)) {
      case Prepared.Ready(var loaded) -> finish(changes, requests, asides, loaded, after, done);
      case Prepared.ToLoad(var load) ->
          env.workers()
              .run(
                  Lane.READ,
                  load,
                  env.loop(),
                  loaded -> finish(changes, requests, asides, loaded, after, done));
    }
  }

  private void finish(
      List<Mutation> changes,
      List<RequestId> requests,
      List<Aside> asides,
      Loaded loaded,
      SnapshotMark after,
      Runnable done) {
    var batch = new WriteBatch();
    var result = store.apply(changes, loaded, batch);
    var refusals = new ArrayList<Optional<ErrorCode>>(asides.size());
    asides.forEach(aside -> refusals.add(Optional.ofNullable(aside.apply(members, batch))));
    batch.put(ShardKeys.APPLIED, ShardKeys.encode(after)).mark(after.last().index());
    engine.write(batch);
    applied = after;
    applying = false;
    watches.publish(result.revisions());
    for (int i = 0; i < requests.size(); i++) {
      var outcome = result.outcomes().get(i);
      follow(changes.get(i), outcome);
      listener.applied(requests.get(i), outcome);
    }
    for (int i = 0; i < asides.size(); i++) {
      var envelope = asides.get(i).envelope();
      if (envelope != null) {
        listener.settled(envelope.request(), refusals.get(i).orElse(null));
      }
    }
    if (!asides.isEmpty()) {
      listener.membersChanged();
    }
    // The next batch waits if the engine wants to be written more slowly. Who asked for this one
    // has its answer.
    long wait = engine.writeDelayNanos();
    if (wait == 0) {
      done.run();
    } else {
      var _ = env.loop().after(Duration.ofNanos(wait), done);
    }
  }

  /// What an applied change means for those who keep time or clean up.
  private void follow(Mutation mutation, Outcome outcome) {
    if (!(outcome instanceof Outcome.Done(var result))) {
      return;
    }
    if (result instanceof Result.Granted(_, var id, var ttlSeconds) && lessor.primary()) {
      lessor.granted(new Lease(id, ttlSeconds));
    } else if (mutation instanceof Mutation.RevokeLease(var id) && lessor.primary()) {
      lessor.revoked(id);
    } else if (mutation instanceof Mutation.Compact) {
      purger.wake();
    }
  }

  @Override
  public void lead(Role role, long term, long leader) {
    if (role == Role.LEADER && !lessor.primary()) {
      lessor.promote(store.leases(), leaseGrace);
    } else if (role != Role.LEADER && lessor.primary()) {
      lessor.demote();
    }
    listener.lead(role, term, leader);
  }

  @Override
  public SnapshotSource snapshot(boolean bare) {
    var range = bare ? ShardKeys.GROUP : KeyRange.ALL;
    return new Source(applied, engine.view(), range, snapshotChunkBytes);
  }

  @Override
  public SnapshotSink restore() {
    return new Sink(engine.replacement(), new OwnPairs(engine.view()));
  }

  public void close() {
    purger.close();
    engine.close();
  }

  private static final class Source implements SnapshotSource {
    private final SnapshotMark mark;
    private final View view;
    private final Cursor cursor;
    private final int chunkBytes;

    Source(SnapshotMark mark, View view, KeyRange range, int chunkBytes) {
      this.mark = mark;
      this.view = view;
      this.chunkBytes = chunkBytes;
      cursor = view.scan(range, Order.ASCENDING);
    }

    @Override
    public SnapshotMark mark() {
      return mark;
    }

    @Override
    public @Nullable SnapshotPart next() {
      return PairStream.next(cursor, chunkBytes);
    }

    @Override
    public void close() {
      cursor.close();
      view.close();
    }
  }

  private final class Sink implements SnapshotSink {
    private final Replacement replacement;
    private final OwnPairs own;

    Sink(Replacement replacement, OwnPairs own) {
      this.replacement = replacement;
      this.own = own;
    }

    @Override
    public void add(Bytes content) {
      own.pass(PairStream.read(content, replacement));
    }

    @Override
    public boolean addOwn(Bytes name, Bytes digest) {
      var chunk = own.upTo(name);
      if (chunk == null || !SnapshotPart.digest(chunk).equals(digest)) {
        return false;
      }
      PairStream.read(chunk, replacement);
      return true;
    }

    @Override
    public void seal() {
      own.close();
      replacement.seal();
    }

    @Override
    public void install(SnapshotMark mark, Runnable done) {
      Check.that(!applying, "nothing is applied while a snapshot is installed");
      purger.suspend();
      engine.replaceWith(
          replacement,
          mark.last().index(),
          () ->
              env.workers()
                  .run(
                      Lane.BACKGROUND,
                      store.reload(),
                      env.loop(),
                      swap -> taken(mark, swap, done)));
    }

    private void taken(SnapshotMark mark, Runnable swap, Runnable done) {
      swap.run();
      members.load(engine);
      if (!mark.equals(stored(engine))) {
        throw new CorruptionError("a snapshot is not of the position that it was sent for");
      }
      applied = mark;
      listener.membersChanged();
      if (lessor.primary()) {
        lessor.demote();
      }
      watches.restored();
      purger.resume();
      done.run();
    }

    @Override
    public void abandon() {
      own.close();
      replacement.abandon();
    }
  }
}
