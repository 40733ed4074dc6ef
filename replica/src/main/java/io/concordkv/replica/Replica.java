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
  private static final int PINNED_SEGMENTS = 4;

  private final Env env;
  private final Transport transport;
  private final Wal wal;
  private final HostConfig host;
  private final ReplicaConfig config;
  private final StateMachine machine;
  private final Consumer<Replica> wake;
  private final Runnable logFreed;
  private final MessageCodec codec;
  private final RaftNode raft;
  private final GroupWriter writer;
  private final Applying applying;
  private final History history;
  private final CatchUp catchUp;
  private final Reads reads;
  private final SnapshotStreams streams;

  /// Handed out, and not yet known to be durable, oldest first.
  private final ArrayDeque<Ready> unsynced = new ArrayDeque<>();

  private boolean awake;
  private boolean started;
  private boolean closed;
  private boolean installing;
  private boolean trimming;
  private boolean suspect;
  private long connectedLeader;
  private Role role = Role.FOLLOWER;
  private long leader;
  private long term;
  private long committed;
  private long flushedAt;
  private @Nullable Arrived arrived;

  private record Arrived(long from, StreamFrame.End end, SnapshotSink sink) {}

  Replica(
      Env env,
      Transport transport,
      Wal wal,
      HostConfig host,
      ReplicaConfig config,
      StateMachine machine,
      Recovery recovery,
      Consumer<Replica> wake,
      Runnable logFreed) {
    this.env = env;
    this.transport = transport;
    this.wal = wal;
    this.host = host;
    this.config = config;
    this.machine = machine;
    this.wake = wake;
    this.logFreed = logFreed;
    var applied = machine.applied();
    var name = Long.toHexString(config.group());
    codec = new MessageCodec(config.group());
    raft =
        new RaftNode(
            config.raft().withSuspect(recovery.suspect()),
            env.random("replica/raft/" + name),
            recovery.start(),
            recovery.entries(),
            recovery.hardState(),
            applied.last().index());
    writer = new GroupWriter(wal, config.group(), recovery);
    applying = new Applying(machine, this::applied);
    history = new History(recovery.start());
    long start = recovery.start().last().index();
    catchUp = new CatchUp(config.catchUpEntries(), config.catchUpBytes(), start);
    reads =
        new Reads(
            raft,
            env.random("replica/reads/" + name).nextLong(),
            config.raft().electionTicks(),
            Math.max(1, READ_RETRY.dividedBy(host.tick())));
    streams = new SnapshotStreams(env, machine, config.raft().electionTicks(), new Streaming());
    suspect = recovery.suspect();
    if (suspect) {
      env.reached("replica/suspect");
    }
    term = recovery.hardState().term();
    committed = recovery.hardState().committed();
    flushedAt = applied.last().index();
    keepForFollowers(recovery.entries().subList(0, (int) (applied.last().index() - start)));
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
    if (role == Role.LEADER) {
      for (long member : applying.now().configuration().members()) {
        boolean lost = !transport.connected(member) || env.fault("replica/unreachable");
        if (member != config.raft().id() && lost) {
          raft.reportUnreachable(member);
        }
      }
    }
    trimLog();
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
    if (suspect && !raft.status().suspect()) {
      suspect = false;
      env.reached("replica/trusted-again");
      writer.suspect(false);
    }
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
      machine.lead(role, term, leader);
    }
  }

  private void persist(Ready ready) {
    writer.write(ready);
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
    long index = now.last().index();
    if (env.fault("replica/short-memory")) {
      catchUp.restart(index);
      raft.trim(index);
    }
    if (index - flushedAt >= config.snapshotEntries() || env.fault("replica/early-flush")) {
      flushedAt = index;
      machine.flush();
    }
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
    if (taken == null || !taken.end.mark().equals(mark)) {
      throw new InvariantError("Raft installs the snapshot that arrived");
    }
    arrived = null;
    taken.sink.install(mark, () -> installed(ready, mark, taken));
  }

  private void installed(Ready ready, SnapshotMark mark, Arrived taken) {
    if (closed) {
      return;
    }
    long index = mark.last().index();
    writer.restart(mark);
    history.restart(mark);
    catchUp.restart(index);
    flushedAt = index;
    applying.resume(mark);
    persist(ready);
    installing = false;
    env.reached("replica/snapshot-installed");
    reads.applied(index);
    answer(taken);
    wake.accept(this);
  }

  private void answer(Arrived stream) {
    var state = StreamFrame.State.INSTALLED;
    var end = stream.end;
    var frame = new StreamFrame.Progress(end.stream(), end.chunks(), state);
    transport.send(stream.from, frame.encode(config.group()));
  }

  /// Gives free what the state has durably, once that lets whole segments go. What followers may
  /// still need stays, unless it pins the log of all groups.
  private void trimLog() {
    long segment = host.wal().segmentBytes();
    boolean pinned = wal.end() - writer.released() > PINNED_SEGMENTS * segment;
    long durable = Math.min(machine.durableIndex(), applying.now().last().index());
    if (pinned && durable < applying.now().last().index() && flushedAt < applied()) {
      flushedAt = applied();
      machine.flush();
    }
    long upTo = pinned ? durable : Math.min(durable, catchUp.start());
    if (trimming || installing || upTo < writer.trimmedTo()) {
      return;
    }
    if (wal.segmentStart(writer.neededFrom(upTo)) > writer.released()) {
      trimming = true;
      env.reached(pinned ? "replica/pinned-log-trimmed" : "replica/log-trimmed");
      writer.trim(
          history.at(upTo),
          () -> {
            trimming = false;
            logFreed.run();
          });
    }
    history.forgetBefore(Math.min(upTo, writer.trimmedTo()));
  }

  private long applied() {
    return applying.now().last().index();
  }

  private final class Streaming implements SnapshotStreams.Owner {
    @Override
    public void send(long to, StreamFrame frame) {
      transport.send(to, frame.encode(config.group()));
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
      arrived = stream;
      turn();
      raft.step(StreamFrame.message(from, config.raft().id(), end));
      turn();
      if (arrived != null && !installing) {
        // Not needed any more, or of a term that is over.
        arrived = null;
        sink.abandon();
        answer(stream);
        env.reached("replica/snapshot-not-needed");
      }
      wake.accept(Replica.this);
    }
  }
}
