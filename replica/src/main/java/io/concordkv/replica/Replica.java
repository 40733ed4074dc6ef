package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.raft.ConfigChange;
import io.concordkv.raft.Entry;
import io.concordkv.raft.Message;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftBacklog;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Ready;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.replica.wire.RestFrame;
import io.concordkv.storage.wal.Wal;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
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
  private final Reads reads;
  private final Trimming trimming;
  private final Installing installing;
  private final Rest rest;

  /// Handed out, and not yet known to be durable, oldest first.
  private final ArrayDeque<Ready> unsynced = new ArrayDeque<>(1);

  private boolean awake;
  private boolean started;
  private boolean closed;
  private boolean suspect;
  private long connectedLeader;
  private Role role = Role.FOLLOWER;
  private long leader;
  private long term;
  private long committed;

  Replica(
      Env env,
      Transport transport,
      Wal wal,
      HostConfig host,
      ReplicaConfig config,
      StateMachine machine,
      Recovery recovery,
      SendBudget budget,
      LongPredicate lives,
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
    writer = new GroupWriter(env, wal, config.group(), recovery);
    applying = new Applying(machine, Math.max(applied.last().index(), start), this::applied);
    reads =
        new Reads(
            raft,
            env.random("replica/reads/" + name).nextLong(),
            config.raft().electionTicks(),
            Math.max(1, READ_RETRY.dividedBy(host.tick())));
    rest = new Rest(env, config, raft, lives, transport);
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
            config,
            machine,
            applying,
            writer,
            raft,
            recovery,
            logFreed);
    installing =
        new Installing(
            this, env, config, transport, machine, budget, raft, applying, trimming, reads);
    if (recovery.hollow()) {
      installing.renewal().beginHollow();
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
    wake.accept(this);
    return installing.renewal().begin();
  }

  /// Whether there is no state yet that could be read: what was here is lost, and a peer's is
  /// awaited.
  public boolean hollow() {
    return installing.renewal().hollow();
  }

  /// Whether the state is being replaced by that of a peer.
  public boolean renewing() {
    return installing.renewal().active();
  }

  /// Committed but not yet applied: a measure of overload.
  public long applyLag() {
    return Math.max(0, committed - applying.now().last().index());
  }

  public RaftStatus status() {
    return raft.status();
  }

  /// As [RaftNode#backlog()].
  public RaftBacklog backlog() {
    return raft.backlog();
  }

  /// As [RaftNode#entry(long)].
  public @Nullable Entry entry(long index) {
    return raft.entry(index);
  }

  boolean closed() {
    return closed;
  }

  /// Asks for a turn.
  void wake() {
    wake.accept(this);
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
    if (frame.kind() == RestFrame.SLEEP) {
      turn(); // what came just before it
      var sleep = (RestFrame.Sleep) RestFrame.decode(frame);
      if (!rest.told(from, sleep, quiet())) {
        wake.accept(this);
      }
      return;
    }
    if (rest.asleep()) {
      if (frame.kind() == MessageCodec.HEARTBEAT_REPLY) {
        return; // to the last heartbeat before the sleep
      }
      wake.accept(this);
    }
    if (frame.kind() <= MessageCodec.LAST_KIND) {
      raft.step(MessageCodec.decode(from, config.raft().id(), frame));
      wake.accept(this);
    } else {
      installing.receive(from, frame);
    }
  }

  void tick() {
    if (!started || closed) {
      return;
    }
    if (rest.tick(role == Role.LEADER && quiet())) {
      return;
    }
    tellTime();
    watchLeader();
    raft.tick();
    reads.tick();
    installing.tick(role);
    if (role == Role.LEADER) {
      for (long member : applying.now().configuration().members()) {
        boolean lost = !transport.connected(member) || env.fault("replica/unreachable");
        if (member != config.raft().id() && lost) {
          raft.reportUnreachable(member);
        }
      }
    }
    var _ = trimLog();
    wake.accept(this);
  }

  long group() {
    return config.group();
  }

  SortedSet<Long> members() {
    return applying.now().configuration().members();
  }

  /// Whether nothing happens here, so that it does not tick.
  public boolean asleep() {
    return rest.asleep();
  }

  /// Who led when it fell asleep.
  long leader() {
    return leader;
  }

  boolean leads() {
    return role == Role.LEADER;
  }

  /// On the leader: whether nothing is under way, and all who live have everything.
  boolean mayRest() {
    return leads() && quiet() && rest.possible();
  }

  void rise() {
    rest.rise();
  }

  /// The leader's node is silent.
  void leaderSilent() {
    raft.leaderLost(leader);
  }

  /// Gives of the log free what the state has by now. Returns whether it could be more soon.
  boolean trimLog() {
    return started && !closed && !installing.underWay() && trimming.tick();
  }

  private boolean quiet() {
    return !awake
        && !suspect
        && installing.idle()
        && !applying.busy()
        && unsynced.isEmpty()
        && reads.idle()
        && committed == applying.now().last().index();
  }

  /// Does what Raft wants done by now.
  void turn() {
    awake = false;
    if (!started || closed) {
      return;
    }
    tellTime();
    if (!installing.underWay()) {
      reads.ask();
    }
    while (!installing.underWay() && !closed && raft.hasReady()) {
      handle(raft.ready());
    }
    codec.forget();
    installing.renew();
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
    installing.streams().close();
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
      installing.install(ready, snapshot);
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
        installing.streams().stopSending();
      }
      role = ready.role();
      leader = ready.leader();
      term = newTerm;
      noteLeader();
      machine.lead(role, term, leader);
    }
  }

  void persist(Ready ready) {
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
      installing.streams().start(install);
    } else {
      transport.send(message.to(), codec.encode(message));
    }
  }

  private void applied(List<Entry> entries, SnapshotMark now, long bytes) {
    if (closed) {
      return;
    }
    raft.applied(now.last().index());
    trimming.applied(entries, now.last().index(), bytes);
    reads.applied(now.last().index());
    wake.accept(this);
  }
}
