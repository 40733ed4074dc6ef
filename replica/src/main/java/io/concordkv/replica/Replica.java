package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import io.concordkv.base.env.Env;
import io.concordkv.raft.ConfigChange;
import io.concordkv.raft.Entry;
import io.concordkv.raft.Message;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Ready;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.Renewal.Arrived;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.storage.wal.Wal;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One group on this node. All methods are called on its loop.
///
/// Inputs only change Raft's state and ask for a [#turn()]; the turn, once for all inputs that came
/// together, hands out what Raft wants done. So entries are written, synced and sent in batches
/// that grow with the load, and nothing lingers.
public final class Replica {
  private static final Duration READ_RETRY = Duration.ofMillis(500);

  private final Env env;
  private final Transport transport;
  private final Wal wal;
  private final ReplicaConfig config;
  private final StateMachine machine;
  private final Consumer<Replica> wake;
  private final MessageCodec codec;
  private final RaftNode raft;
  private final GroupWriter writer;
  private final Applying applying;
  private final History history;
  private final CatchUp catchUp;
  private final Reads reads;
  private final Trimming trimming;
  private final SnapshotStreams streams;
  private final Renewal renewal;

  /// Handed out, and not yet known to be durable, oldest first.
  private final ArrayDeque<Ready> unsynced = new ArrayDeque<>();

  private boolean awake;
  private boolean started;
  private boolean closed;
  private boolean installing;
  private boolean suspect;
  private long connectedLeader;
  private Role role = Role.FOLLOWER;
  private long leader;
  private long term;
  private long committed;
  private @Nullable Arrived arrived;

  Replica(
      Env env,
      Transport transport,
      Wal wal,
      HostConfig host,
      ReplicaConfig config,
      StateMachine machine,
      Recovery recovery,
      SendBudget budget,
      Consumer<Replica> wake,
      Runnable logFreed) {
    this.env = env;
    this.transport = transport;
    this.wal = wal;
    this.config = config;
    this.machine = machine;
    this.wake = wake;
    var applied = machine.applied();
    long start = recovery.start().last().index();
    var name = Long.toHexString(config.group());
    codec = new MessageCodec(config.group());
    raft =
        new RaftNode(
            config.raft().withSuspect(recovery.suspect()),
            env.random("replica/raft/" + name),
            recovery.start(),
            recovery.entries(),
            recovery.hardState(),
            Math.max(applied.last().index(), start));
    writer = new GroupWriter(wal, config.group(), recovery);
    applying = new Applying(machine, Math.max(applied.last().index(), start), this::applied);
    history = new History(recovery.start());
    catchUp = new CatchUp(config.catchUpEntries(), config.catchUpBytes(), start);
    reads =
        new Reads(
            raft,
            env.random("replica/reads/" + name).nextLong(),
            config.raft().electionTicks(),
            Math.max(1, READ_RETRY.dividedBy(host.tick())));
    long patience = config.raft().electionTicks();
    streams =
        new SnapshotStreams(
            env, machine, budget, env.random("replica/streams/" + name), patience, new Streaming());
    renewal = new Renewal(config.raft().id(), raft, applying, streams, patience);
    suspect = recovery.suspect();
    if (suspect) {
      env.reached("replica/suspect");
    }
    term = recovery.hardState().term();
    committed = recovery.hardState().committed();
    trimming =
        new Trimming(
            env,
            wal,
            host.wal().segmentBytes(),
            config.snapshotEntries(),
            machine,
            applying,
            writer,
            history,
            catchUp,
            logFreed);
    keepForFollowers(recovery.entries().subList(0, (int) (applying.reported() - start)));
    if (recovery.hollow()) {
      renewal.beginHollow();
    }
    writer.repair(recovery.repair());
    wal.sync(wal.end(), this::start);
  }

  /// On the leader: appends `command` to the log, together with what else is proposed before the
  /// loop comes to rest. Elsewhere: `NotLeader`, with a hint.
  public ProposeResult propose(Bytes command) {
    if (!started || closed) {
      return new ProposeResult.NotLeader(0);
    }
    if (wal.overloaded() || env.fault("replica/overloaded")) {
      return new ProposeResult.Overloaded();
    }
    var result = raft.propose(List.of(command));
    if (result instanceof ProposeResult.Accepted) {
      wake.accept(this);
    }
    return result;
  }

  /// On the leader: as [RaftNode#changeConfig]. The state machine of every member gets the entry,
  /// with `context` in it.
  public ProposeResult changeConfig(ConfigChange change, Bytes context) {
    if (!started || closed) {
      return new ProposeResult.NotLeader(0);
    }
    var result = raft.changeConfig(change, context);
    wake.accept(this);
    return result;
  }

  /// Runs `then` with an index once that index is applied here and reading is linearizable, or with
  /// 0 if no leader confirmed it in time, or too many wait.
  public void readIndex(LongConsumer then) {
    if (!closed && !env.fault("replica/read-refused") && reads.add(then)) {
      wake.accept(this);
    } else {
      env.loop().post(() -> then.accept(0));
    }
  }

  public boolean transferLeadership(long to) {
    boolean begun = started && !closed && raft.transferLeadership(to);
    wake.accept(this);
    return begun;
  }

  /// A part of the state is damaged: replaces it by that of a peer, while the log goes on. False if
  /// there is no other voter who could have it.
  public boolean renewState() {
    return renewal.begin();
  }

  /// Whether there is no state yet that could be read: what was here is lost, and a peer's is
  /// awaited.
  public boolean hollow() {
    return renewal.hollow();
  }

  /// Whether the state is being replaced by that of a peer.
  public boolean renewing() {
    return renewal.active();
  }

  /// Committed but not yet applied: a measure of overload.
  public long applyLag() {
    return Math.max(0, committed - applying.now().last().index());
  }

  public RaftStatus status() {
    return raft.status();
  }

  /// As [RaftNode#entry(long)].
  public @Nullable Entry entry(long index) {
    return raft.entry(index);
  }

  /// False if it waits for its turn already.
  boolean becomeAwake() {
    boolean was = awake;
    awake = true;
    return !was;
  }

  void receive(long from, Frame frame) {
    if (!started || closed) {
      return;
    }
    if (frame.kind() <= MessageCodec.LAST_KIND) {
      raft.step(MessageCodec.decode(from, config.raft().id(), frame));
      wake.accept(this);
    } else if (!installing) {
      streams.receive(from, StreamFrame.decode(frame));
    }
  }

  void tick() {
    if (!started || closed) {
      return;
    }
    tellTime();
    watchLeader();
    raft.tick();
    reads.tick();
    streams.tick();
    renewal.tick(role);
    if (role == Role.LEADER) {
      for (long member : applying.now().configuration().members()) {
        boolean lost = !transport.connected(member) || env.fault("replica/unreachable");
        if (member != config.raft().id() && lost) {
          raft.reportUnreachable(member);
        }
      }
    }
    if (!installing) {
      trimming.tick();
    }
    wake.accept(this);
  }

  /// Does what Raft wants done by now.
  void turn() {
    awake = false;
    if (!started || closed) {
      return;
    }
    tellTime();
    if (!installing) {
      reads.ask();
    }
    while (!installing && !closed && raft.hasReady()) {
      handle(raft.ready());
    }
    codec.forget();
    renew();
    if (suspect && !raft.status().suspect()) {
      suspect = false;
      env.reached("replica/trusted-again");
      writer.suspect(false);
    }
  }

  /// Holds nothing of the log back that lies before `position`.
  void shedLog(long position) {
    trimming.shed(position);
  }

  void close() {
    closed = true;
    streams.close();
    reads.close();
  }

  long released() {
    return writer.released();
  }

  private void tellTime() {
    if (config.raft().leaseNanos() > 0) {
      raft.time(env.clock().nanos());
    }
  }

  /// That the connection of the leader closed is a hint that its process ended.
  private void watchLeader() {
    if (connectedLeader != 0 && connectedLeader == leader && !transport.connected(leader)) {
      raft.leaderLost(leader);
    }
    noteLeader();
  }

  private void noteLeader() {
    connectedLeader = role != Role.LEADER && transport.connected(leader) ? leader : 0;
  }

  private void start() {
    started = true;
    wake.accept(this);
  }

  private void handle(Ready ready) {
    var hardState = ready.hardState();
    if (hardState != null) {
      committed = hardState.committed();
    }
    lead(ready);
    ready.messages().forEach(this::send);
    var snapshot = ready.snapshot();
    if (snapshot == null) {
      persist(ready);
      applying.add(ready.committed());
    } else {
      installing = true;
      applying.pause(() -> install(ready, snapshot));
    }
    for (var state : ready.readStates()) {
      reads.answered(state.token(), state.index(), applying.now().last().index());
    }
  }

  private void lead(Ready ready) {
    var hardState = ready.hardState();
    long newTerm = hardState == null ? term : hardState.term();
    if (ready.role() != role || ready.leader() != leader || newTerm != term) {
      if (role == Role.LEADER) {
        streams.stopSending();
      }
      role = ready.role();
      leader = ready.leader();
      term = newTerm;
      noteLeader();
      machine.lead(role, term, leader);
    }
  }

  private void persist(Ready ready) {
    writer.write(ready, raft);
    if (ready.mustSync()) {
      unsynced.add(ready);
      wal.sync(wal.end(), () -> durable(ready.number()));
    } else if (unsynced.isEmpty()) {
      complete(ready);
    } else {
      // What it says may not overtake what was said before.
      unsynced.add(ready);
    }
  }

  private void durable(long number) {
    if (closed) {
      return;
    }
    for (var next = unsynced.peek();
        next != null && (next.number() <= number || !next.mustSync());
        next = unsynced.peek()) {
      unsynced.remove();
      complete(next);
    }
    wake.accept(this);
  }

  private void complete(Ready ready) {
    ready.messagesAfterPersist().forEach(this::send);
    raft.persisted(ready);
  }

  private void send(Message message) {
    if (message instanceof Message.InstallSnapshot install) {
      streams.start(install);
    } else {
      transport.send(message.to(), codec.encode(message));
    }
  }

  private void applied(List<Entry> entries, SnapshotMark now, long bytes) {
    if (closed) {
      return;
    }
    raft.applied(now.last().index());
    history.add(entries);
    raft.trim(catchUp.add(entries, bytes));
    reads.applied(now.last().index());
    if (env.fault("replica/short-memory")) {
      catchUp.restart(now.last().index());
      raft.trim(now.last().index());
    }
    trimming.applied(now.last().index());
    wake.accept(this);
  }

  private void keepForFollowers(List<Entry> applied) {
    long bytes = 0;
    for (var entry : applied) {
      bytes += entry.bytes();
    }
    history.add(applied);
    raft.trim(catchUp.add(applied, bytes));
  }

  private void install(Ready ready, SnapshotMark mark) {
    var taken = arrived;
    if (taken == null || !taken.end().mark().equals(mark)) {
      throw new InvariantError("Raft installs the snapshot that arrived");
    }
    arrived = null;
    taken.sink().install(mark, () -> installed(ready, mark, taken));
  }

  private void installed(Ready ready, SnapshotMark mark, Arrived taken) {
    if (closed) {
      return;
    }
    long index = mark.last().index();
    writer.restart(mark);
    history.restart(mark);
    catchUp.restart(index);
    trimming.replaced(index);
    renewal.done();
    applying.resume(mark);
    persist(ready);
    installing = false;
    env.reached("replica/snapshot-installed");
    reads.applied(index);
    streams.answer(taken, StreamFrame.State.INSTALLED);
    wake.accept(this);
  }

  /// Puts a state that was asked for in the place of this one, once that can be done.
  private void renew() {
    var taken = installing || closed ? null : renewal.take();
    if (taken == null) {
      return;
    }
    installing = true;
    var mark = taken.end().mark();
    taken
        .sink()
        .install(
            mark,
            () -> {
              if (!closed) {
                trimming.replaced(mark.last().index());
                renewal.done();
                installing = false;
                applying.renewed(mark);
                streams.answer(taken, StreamFrame.State.INSTALLED);
                wake.accept(this);
              }
            });
  }

  private final class Streaming implements SnapshotStreams.Owner {
    @Override
    public void send(long to, StreamFrame frame) {
      transport.send(to, frame.encode(config.group()));
    }

    @Override
    public boolean mayServe() {
      return !renewal.active();
    }

    @Override
    public void delivered(long follower, boolean delivered) {
      raft.reportSnapshot(follower, delivered);
      wake.accept(Replica.this);
    }

    @Override
    public void arrived(long from, StreamFrame.End end, SnapshotSink sink) {
      if (closed || installing) {
        sink.abandon();
        return;
      }
      var stream = new Arrived(from, end, sink);
      if (end.stream().isRequested()) {
        if (!renewal.offer(stream)) {
          sink.abandon();
          streams.answer(stream, StreamFrame.State.FAILED);
        }
        wake.accept(Replica.this);
        return;
      }
      arrived = stream;
      turn();
      raft.step(StreamFrame.message(from, config.raft().id(), end));
      turn();
      if (arrived != null && !installing) {
        // Not needed any more, or of a term that is over.
        arrived = null;
        sink.abandon();
        streams.answer(stream, StreamFrame.State.INSTALLED);
        env.reached("replica/snapshot-not-needed");
      }
      wake.accept(Replica.this);
    }
  }
}
