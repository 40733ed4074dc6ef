package io.concordkv.replica;

import io.concordkv.base.Check;
import io.concordkv.base.env.Env;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.Wal;
import io.concordkv.storage.wal.WalRecord;
import io.concordkv.storage.wal.WalTail;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.TreeSet;

/// The groups of one event loop, with the log and the transport that they share.
public final class ReplicaHost implements AutoCloseable {
  /// Frames of this kind and above belong to the node, not to replication.
  public static final int FIRST_NODE_KIND = 64;

  private final Env env;
  private final Transport transport;
  private final HostConfig config;
  private final Receiver others;
  private final Wal wal;
  private final TreeMap<Long, GroupLog> logs = new TreeMap<>();
  private final TreeSet<Long> known;
  private final TreeMap<Long, Replica> replicas = new TreeMap<>();
  private final ArrayDeque<Replica> awake = new ArrayDeque<>();
  private long replayed;
  private boolean turnPosted;
  private boolean ticking;
  private boolean closed;

  private ReplicaHost(Env env, Transport transport, HostConfig config, Receiver others) {
    this.env = env;
    this.transport = transport;
    this.config = config;
    this.others = others;
    wal = Wal.openAt(env, config.directory(), config.wal(), this::replay);
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

  /// Whether the log holds anything of `group`.
  public boolean has(long group) {
    return known.contains(group);
  }

  /// Starts a group's replica from what the log has of it. Once, on the loop.
  public Replica start(ReplicaConfig config, StateMachine machine) {
    long group = config.group();
    Check.that(!replicas.containsKey(group), "a group is started once");
    Check.that(config.raft().id() == this.config.node(), "a member is known by its node's id");
    var recovery =
        Recovery.of(
            config.raft().id(),
            config.bootstrap(),
            logs.remove(group),
            machine.applied(),
            wal.tail() == WalTail.LOST,
            env.files().describe(this.config.directory()));
    var replica =
        new Replica(
            env, transport, wal, this.config, config, machine, recovery, this::wake, this::trimWal);
    replicas.put(group, replica);
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
    logs.computeIfAbsent(record.group(), GroupLog::new).add(LogRecord.decode(record), replayed);
    replayed = end;
  }

  private void receive(long from, Frame frame) {
    if (closed) {
      return;
    }
    if (frame.kind() >= FIRST_NODE_KIND) {
      others.receive(from, frame);
      return;
    }
    var replica = replicas.get(frame.group());
    if (replica != null) {
      replica.receive(from, frame);
    }
  }

  /// The group has something to do: once all inputs that came together are taken.
  private void wake(Replica replica) {
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
  }

  private void tickLater() {
    env.loop()
        .after(
            config.tick(),
            () -> {
              if (!closed) {
                tickLater();
                if (!env.fault("host/tick-lost")) {
                  replicas.values().forEach(Replica::tick);
                }
                syncLeftovers();
              }
            });
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
