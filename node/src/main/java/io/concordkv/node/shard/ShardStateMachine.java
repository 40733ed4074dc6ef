package io.concordkv.node.shard;

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
import io.concordkv.mvcc.Purge;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.lease.Lease;
import io.concordkv.mvcc.lease.Lessor;
import io.concordkv.mvcc.watch.WatchHub;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.raft.Entry;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.SnapshotSink;
import io.concordkv.replica.SnapshotSource;
import io.concordkv.replica.StateMachine;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.FrozenFiles;
import io.concordkv.storage.engine.lsm.LsmEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a shard's group replicates: a keyspace with its leases and watches, and the members.
///
/// Invariants: (1) a run of entries becomes one [WriteBatch] that also holds the applied position,
/// so the state is that of an exact position after any crash; (2) nobody is told of a change before
/// the engine has it; (3) applying reads no clock and draws no number, so all replicas come to the
/// same state; (4) nor does how entries come together, or how fast the engine is, decide where its
/// bars end, so replicas have the same files.
public final class ShardStateMachine implements StateMachine {
  /// No member sends larger chunks of a snapshot than this, but for one pair.
  public static final int MAX_CHUNK_BYTES = 512 << 10;

  private static final long STALL_NANOS = 1_000_000;

  private final Env env;
  private final LsmEngine engine;
  private final MvccStore store;
  private final WatchHub watches;
  private final Lessor lessor;
  private final int snapshotChunkBytes;
  private final Duration leaseGrace;
  private final MemberTable members = new MemberTable();
  private final Bars bars;
  private final ShardListener listener;
  private SnapshotMark applied;

  private BarEnds barEnds;

  /// At which entry somebody wanted that a bar ends.
  private long barWanted;

  // What is being applied, and up to which place that is done or under way.
  private List<Entry> entries = List.of();
  private Runnable whenApplied = () -> {};
  private int place;
  private boolean applying;
  private boolean busy;
  private boolean goingOn;
  private boolean closed;

  /// Takes over what `engine`, which goes in step, holds; if that is nothing, begins at `start`.
  /// Blocks.
  ///
  /// @param snapshotChunkBytes how much of a snapshot is sent at once: at least so much, and at
  ///   most one pair more
  /// @param leaseGrace what a new leader gives every lease on top of its full time
  public ShardStateMachine(
      Env env,
      LsmEngine engine,
      Bars bars,
      MvccOptions mvcc,
      WatchOptions watch,
      int snapshotChunkBytes,
      Duration leaseGrace,
      SnapshotMark start,
      ShardListener listener) {
    this.env = env;
    this.engine = engine;
    this.bars = bars;
    this.snapshotChunkBytes = snapshotChunkBytes;
    this.leaseGrace = leaseGrace;
    this.listener = listener;
    var stored = stored(engine);
    applied = stored == null ? start : stored;
    members.load(engine);
    store = MvccStore.open(engine, mvcc);
    watches = new WatchHub(store, env, watch);
    lessor = new Lessor(env.clock());
    barEnds = new BarEnds(applied);
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

  public LsmEngine engine() {
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

  /// Whether something waits until the state is durable, and so until a bar ends.
  public boolean wantsBar() {
    return barWanted > barEnds.last().last().index();
  }

  /// Makes the state durable without the others: from now on its files are not theirs.
  public void endBarAlone() {
    engine.flush();
    barEnded();
  }

  @Override
  public SnapshotMark applied() {
    return applied;
  }

  @Override
  public long durableIndex() {
    return engine.durableMark();
  }

  /// A bar has to end, at the same place on all replicas. So the node has to ask for that.
  @Override
  public void flush() {
    barWanted = bars.isEmpty() ? barWanted : applied.last().index();
  }

  @Override
  public void apply(List<Entry> committed, SnapshotMark after, Runnable done) {
    Check.that(!applying, "one batch is applied after the other");
    applying = true;
    entries = committed;
    place = 0;
    whenApplied =
        () -> {
          Check.that(applied.equals(after), "what was applied is what was to be");
          done.run();
        };
    goOn();
  }

  /// Applies one run after the other. Mostly a run is done at once, so this is a loop.
  private void goOn() {
    if (goingOn) {
      return;
    }
    goingOn = true;
    while (!busy && place < entries.size()) {
      busy = true;
      var run = Run.first(entries, place, applied, bars);
      place = run.end(entries, place);
      start(run);
    }
    goingOn = false;
    if (!busy && applying) {
      applying = false;
      entries = List.of();
      whenApplied.run();
    }
  }

  private void start(Run run) {
    var step = run.purge;
    var find = step == null ? null : store.purge(step);
    if (find != null) {
      env.workers().run(Lane.READ, find, env.loop(), found -> finish(run, Loaded.NOTHING, found));
      return;
    }
    switch (store.prepare(run.changes)) {
      case Prepared.Ready(var loaded) -> finish(run, loaded, null);
      case Prepared.ToLoad(var load) ->
          env.workers().run(Lane.READ, load, env.loop(), loaded -> finish(run, loaded, null));
    }
  }

  private void finish(Run run, Loaded loaded, @Nullable Purge purged) {
    var batch = new WriteBatch();
    var result = store.apply(run.changes, loaded, batch);
    if (purged != null) {
      store.purged(purged, batch);
    }
    var refusals = new ArrayList<Optional<ErrorCode>>(run.asides.size());
    run.asides.forEach(aside -> refusals.add(Optional.ofNullable(aside.apply(members, batch))));
    batch.put(ShardKeys.APPLIED, ShardKeys.encode(run.after)).mark(run.after.last().index());
    boolean endsBar = run.heavy ? bars.add(batch.bytes()) : run.endsBar;
    engine.write(batch);
    applied = run.after;
    if (endsBar) {
      engine.endBar();
      barEnded();
    }
    watches.publish(result.revisions());
    tell(run, result.outcomes(), refusals);
    settle();
  }

  private void tell(Run run, List<Outcome> outcomes, List<Optional<ErrorCode>> refusals) {
    for (int i = 0; i < run.requests.size(); i++) {
      var outcome = outcomes.get(i);
      follow(run.changes.get(i), outcome);
      listener.applied(run.requests.get(i), outcome);
    }
    for (int i = 0; i < run.asides.size(); i++) {
      var envelope = run.asides.get(i).envelope();
      if (envelope != null) {
        listener.settled(envelope.request(), refusals.get(i).orElse(null));
      }
    }
    run.chores.forEach(request -> listener.settled(request, null));
    if (!run.asides.isEmpty()) {
      listener.membersChanged();
    }
  }

  /// The next run waits if the engine wants to be written more slowly, or cannot hold more. Who
  /// asked for this one has its answer.
  private void settle() {
    long wait = engine.stalled() ? STALL_NANOS : engine.writeDelayNanos();
    if (wait == 0) {
      busy = false;
      goOn();
    } else {
      var _ = env.loop().after(Duration.ofNanos(wait), this::waited);
    }
  }

  private void waited() {
    if (!closed && engine.stalled()) {
      settle();
    } else {
      busy = false;
      goOn();
    }
  }

  private void barEnded() {
    bars.ended();
    barEnds.add(applied, engine.durableMark());
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
  public SnapshotSource snapshot(long from, boolean bare) {
    return new StateSource(env, new Frozen(), from, bare, snapshotChunkBytes);
  }

  @Override
  public SnapshotSink restore() {
    return new StateSink(engine, this::restored);
  }

  /// The engine has another state.
  private void restored(SnapshotMark mark, Runnable done) {
    Check.that(!applying, "nothing is applied while a snapshot is installed");
    env.workers().run(Lane.BACKGROUND, store.reload(), env.loop(), swap -> taken(mark, swap, done));
  }

  private void taken(SnapshotMark mark, Runnable swap, Runnable done) {
    swap.run();
    members.load(engine);
    if (!mark.equals(stored(engine))) {
      throw new CorruptionError("a snapshot is not of the position that it was sent for");
    }
    applied = mark;
    listener.membersChanged();
    // A leader may have had its state renewed: it goes on to keep the time of all leases.
    if (lessor.primary()) {
      lessor.demote();
      lessor.promote(store.leases(), leaseGrace);
    }
    watches.restored();
    bars.ended();
    barEnds = new BarEnds(applied);
    done.run();
  }

  public void close() {
    closed = true;
    engine.close();
  }

  private final class Frozen implements StateSource.Shard {
    @Override
    public @Nullable SnapshotMark durable() {
      return engine.inStep() ? barEnds.at(engine.durableMark()) : null;
    }

    @Override
    public SnapshotMark applied() {
      return applied;
    }

    @Override
    public void wantBar() {
      flush();
    }

    @Override
    public FrozenFiles files() {
      return engine.frozenFiles();
    }

    @Override
    public View view() {
      return engine.view();
    }
  }
}
