package io.concordkv.replica;

import io.concordkv.base.Check;
import io.concordkv.base.env.Env;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.BundleCodec;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.replica.wire.RestFrame;
import io.concordkv.storage.wal.Wal;
import io.concordkv.storage.wal.WalDamage;
import io.concordkv.storage.wal.WalRecord;
import io.concordkv.storage.wal.WalScrub;
import io.concordkv.storage.wal.WalTail;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/// The groups of one event loop, with the log and the transport that they share.
public final class ReplicaHost implements AutoCloseable {
  /// Frames of this kind and above belong to the node, not to replication.
  public static final int FIRST_NODE_KIND = 64;

  private final Env env;
  private final Bundles transport;
  private final HostConfig config;
  private final Receiver others;
  private final Wal wal;
  private final TreeMap<Long, GroupLog> logs = new TreeMap<>();
  private final TreeSet<Long> known;
  private final TreeMap<Long, Replica> replicas = new TreeMap<>();
  private final ArrayDeque<Replica> awake = new ArrayDeque<>();
  private final Dormitory dormitory = new Dormitory();
  private final Neighbours neighbours;
  private final RestFrame.Beat beat;
  private final SendBudget budget;
  private final List<WalDamage> damages = new ArrayList<>();
  private long shedTo;
  private long sleepersTrimmedAt;
  private boolean sleepersFlush;
  private boolean freed;
  private long replayed;
  private boolean turnPosted;
  private boolean ticking;
  private boolean closed;

  private ReplicaHost(Env env, Transport transport, HostConfig config, Receiver others) {
    this.env = env;
    this.transport = new Bundles(transport);
    this.config = config;
    this.others = others;
    neighbours = new Neighbours(config.silentTicks());
    beat = new RestFrame.Beat(env.random("replica/life").nextLong() | 1);
    long millis = Math.max(1, config.tick().toMillis());
    budget = new SendBudget(Math.ceilDiv(config.snapshotBytesPerSecond() * millis, 1000));
    wal = Wal.openAt(env, config.directory(), config.wal(), this::replay, this::damaged);
    known = new TreeSet<>(logs.keySet());
    transport.onFrame(this::receive);
  }

  /// Opens the log and reads it. Blocks. Frames that are not about replication go to `others`.
  public static ReplicaHost open(Env env, Transport transport, HostConfig config, Receiver others) {
    return new ReplicaHost(env, transport, config, others);
  }

  /// How the log ended.
  public WalTail tail() {
    return wal.tail();
  }

  /// What of the log cannot be read any more. Who was started all the same either did not need it
  /// or gets it back from the other members.
  public List<WalDamage> damages() {
    return List.copyOf(damages);
  }

  /// Checks the parts of the log that are complete by now.
  public WalScrub scrub() {
    return wal.scrub();
  }

  /// Whether `damage` lies in what is still part of the log.
  public boolean holds(WalDamage damage) {
    return wal.has(damage);
  }

  /// Gets rid of a damaged part of the log: has every group's state made durable, and the log
  /// trimmed up to behind the damage, also of what followers may still want.
  public void shed(WalDamage damage) {
    shedTo = Math.max(shedTo, damage.to());
  }

  /// Whether a damaged part is still there.
  public boolean shedding() {
    return wal.start() < shedTo;
  }

  /// Whether the log holds anything of `group`.
  public boolean has(long group) {
    return known.contains(group);
  }

  /// Writes behind what the log has of a group that `next` is its configuration, as if a quorum had
  /// agreed, and that all before it is committed. For a group whose quorum is lost for good: what
  /// the lost ones had agreed on and this member had not heard of is lost, and should they come
  /// back, there are two truths. Instead of [#start]; tells `then` the entry's index once it is
  /// durable.
  public void force(
      ReplicaConfig config, SnapshotMark applied, ConfigurationEntry next, LongConsumer then) {
    var forced = recovery(config, applied).force(next);
    forced.repair().forEach(record -> wal.append(record.encode(config.group())));
    wal.sync(wal.end(), () -> then.accept(forced.hardState().committed()));
  }

  /// Writes a log that begins behind `mark`, for a group of which it has nothing and whose state is
  /// there already. Instead of [#start]; runs `then` once it is durable.
  public void found(long group, SnapshotMark mark, Runnable then) {
    Check.that(!has(group), "a group is founded once");
    var hardState = new HardState(mark.last().term(), 0, mark.last().index());
    wal.append(new LogRecord.Start(mark).encode(group));
    wal.append(new LogRecord.Append(hardState, LogPosition.START, List.of()).encode(group));
    wal.sync(wal.end(), then);
  }

  private Recovery recovery(ReplicaConfig config, SnapshotMark applied) {
    Check.that(!replicas.containsKey(config.group()), "a group is started once");
    Check.that(config.raft().id() == this.config.node(), "a member is known by its node's id");
    long group = config.group();
    return Recovery.of(
        config.raft().id(),
        config.bootstrap(),
        damages.isEmpty() || logs.containsKey(group) ? logs.remove(group) : newLog(group),
        applied,
        wal.tail() == WalTail.LOST,
        env.files().describe(this.config.directory()));
  }

  /// Whether `group`, not started yet, has other voters who could give this member their state.
  public boolean mayRenew(long group) {
    var log = logs.get(group);
    var start = log == null ? null : log.start();
    return start != null
        && start.configuration().voters().stream().anyMatch(voter -> voter != config.node());
  }

  /// Starts a group's replica from what the log has of it. Once, on the loop.
  public Replica start(ReplicaConfig config, StateMachine machine) {
    long group = config.group();
    var recovery = recovery(config, machine.applied());
    var replica =
        new Replica(
            env,
            transport,
            wal,
            this.config,
            config,
            machine,
            recovery,
            budget,
            neighbours::lives,
            this::wake,
            () -> freed = true);
    replicas.put(group, replica);
    dormitory.add(replica);
    wake(replica);
    if (!ticking) {
      ticking = true;
      tickLater();
    }
    return replica;
  }

  /// Stops ticking and sending, and tells reads that wait that they were not confirmed. Nothing is
  /// called after this.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      replicas.values().forEach(Replica::close);
      wal.close();
    }
  }

  private void replay(WalRecord record, long end) {
    logs.computeIfAbsent(record.group(), this::newLog).add(LogRecord.decode(record), replayed);
    replayed = end;
  }

  private GroupLog newLog(long group) {
    var log = new GroupLog(group);
    damages.forEach(log::damaged);
    return log;
  }

  private void damaged(WalDamage damage) {
    damages.add(damage);
    logs.values().forEach(log -> log.damaged(damage));
  }

  private void receive(long from, Frame frame) {
    if (closed) {
      return;
    }
    if (neighbours.heard(from)) {
      // Leaders may have gone to sleep without it, and if it starts anew it is up.
      rouse(replica -> replica.leads() && replica.members().contains(from));
    }
    if (frame.kind() >= FIRST_NODE_KIND) {
      others.receive(from, frame);
      return;
    }
    switch (frame.kind()) {
      case BundleCodec.BUNDLE -> BundleCodec.decode(frame).forEach(each -> toReplica(from, each));
      case RestFrame.BEAT -> {
        var told = (RestFrame.Beat) RestFrame.decode(frame);
        if (neighbours.beat(from, told.life())) {
          rouse(replica -> replica.leader() == from);
        }
      }
      default -> toReplica(from, frame);
    }
  }

  private void toReplica(long from, Frame frame) {
    var replica = replicas.get(frame.group());
    if (replica != null) {
      replica.receive(from, frame);
      if (frame.kind() == RestFrame.SLEEP && replica.asleep()) {
        dormitory.laid(replica);
      }
    }
  }

  private void rouse(Predicate<Replica> concerned) {
    dormitory.sleepers(concerned).forEach(this::wake);
  }

  /// The group has something to do: once all inputs that came together are taken.
  private void wake(Replica replica) {
    if (replica.asleep()) {
      replica.rise();
      dormitory.wake(replica);
    }
    if (replica.becomeAwake()) {
      awake.add(replica);
    }
    if (!turnPosted && !closed) {
      turnPosted = true;
      env.loop().post(this::turn);
    }
  }

  private void turn() {
    turnPosted = false;
    int count = awake.size();
    for (int i = 0; i < count && !closed; i++) {
      awake.remove().turn();
    }
    transport.flush();
  }

  private void tickLater() {
    env.loop()
        .after(
            config.tick(),
            () -> {
              if (!closed) {
                tickLater();
                tick();
              }
            });
  }

  private void tick() {
    budget.tick();
    if (shedding()) {
      replicas.values().forEach(replica -> replica.shedLog(shedTo));
    }
    if (!env.fault("host/tick-lost")) {
      tickGroups();
    }
    transport.flush();
    syncLeftovers();
  }

  private void tickGroups() {
    for (long dead : neighbours.tick(transport::connected)) {
      for (var replica : dormitory.sleepers(sleeper -> sleeper.leader() == dead)) {
        wake(replica);
        replica.leaderSilent();
      }
      rouse(replica -> replica.leads() && !replica.mayRest());
    }
    if (!env.fault("host/tick-lost")) {
      dormitory.tick();
    }
    trimSleepers();
    if (freed) {
      freed = false;
      trimWal();
    }
    for (long node : dormitory.companions()) {
      if (node != config.node()) {
        transport.send(node, beat.encode(0));
      }
    }
  }

  /// The log has moved on to another segment: the first ones may be kept only by who sleeps.
  private void trimSleepers() {
    long segment = wal.segmentStart(wal.end());
    if ((segment != sleepersTrimmedAt || sleepersFlush || shedding()) && dormitory.look()) {
      sleepersTrimmedAt = segment;
      sleepersFlush = false;
    }
    for (var sleeper : dormitory.looked()) {
      sleepersFlush |= sleeper.trimLog();
    }
  }

  /// How far the log is committed is written without a sync of its own, and goes with the next one.
  /// When nothing comes for a while it is written all the same, so that whoever reads the log, be
  /// it this node after a crash, sees what was committed.
  private void syncLeftovers() {
    if (wal.durable() < wal.end()) {
      wal.sync(wal.end(), () -> {});
    }
  }

  /// Segments that no group needs go. A group that was not started needs everything.
  private void trimWal() {
    if (closed || !logs.isEmpty()) {
      return;
    }
    long free = Long.MAX_VALUE;
    for (var replica : replicas.values()) {
      free = Math.min(free, replica.released());
    }
    if (free != Long.MAX_VALUE) {
      wal.trim(free);
    }
  }
}
