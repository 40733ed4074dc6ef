package io.concordkv.replica;

import io.concordkv.base.InvariantError;
import io.concordkv.base.env.Env;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.Ready;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.Renewal.Arrived;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Transport;
import org.jspecify.annotations.Nullable;

/// Puts a state that came from another member in the place of this one's: because Raft says that
/// the log is not to be had any more, or because a part of the state here is damaged.
final class Installing implements SnapshotStreams.Owner {
  private final Replica replica;
  private final Env env;
  private final ReplicaConfig config;
  private final Transport transport;
  private final RaftNode raft;
  private final Applying applying;
  private final Trimming trimming;
  private final Reads reads;
  private final SnapshotStreams streams;
  private final Renewal renewal;
  private boolean underWay;
  private @Nullable Arrived arrived;

  Installing(
      Replica replica,
      Env env,
      ReplicaConfig config,
      Transport transport,
      StateMachine machine,
      SendBudget budget,
      RaftNode raft,
      Applying applying,
      Trimming trimming,
      Reads reads) {
    this.replica = replica;
    this.env = env;
    this.config = config;
    this.transport = transport;
    this.raft = raft;
    this.applying = applying;
    this.trimming = trimming;
    this.reads = reads;
    long patience = config.raft().electionTicks();
    var random = env.random("replica/streams/" + Long.toHexString(config.group()));
    streams = new SnapshotStreams(env, machine, budget, random, patience, this);
    renewal = new Renewal(config.raft().id(), raft, applying, streams, patience);
  }

  /// Whether a state is just taking the place of the one here.
  boolean underWay() {
    return underWay;
  }

  /// Whether no state is sent, received or asked for.
  boolean idle() {
    return !underWay && !renewal.active() && streams.idle();
  }

  SnapshotStreams streams() {
    return streams;
  }

  Renewal renewal() {
    return renewal;
  }

  void receive(long from, Frame frame) {
    if (!underWay) {
      streams.receive(from, StreamFrame.decode(frame));
    }
  }

  void tick(Role role) {
    streams.tick();
    renewal.tick(role);
  }

  /// Raft wants the state of `mark` to take the place of this one.
  void install(Ready ready, SnapshotMark mark) {
    underWay = true;
    applying.pause(() -> {
      var taken = arrived;
      if (taken == null || !taken.end().mark().equals(mark)) {
        throw new InvariantError("Raft installs the snapshot that arrived");
      }
      arrived = null;
      taken.sink().install(mark, () -> installed(ready, mark, taken));
    });
  }

  private void installed(Ready ready, SnapshotMark mark, Arrived taken) {
    if (replica.closed()) {
      return;
    }
    trimming.restart(mark);
    renewal.done();
    applying.resume(mark);
    replica.persist(ready);
    underWay = false;
    env.reached("replica/snapshot-installed");
    reads.applied(mark.last().index());
    streams.answer(taken, StreamFrame.State.INSTALLED);
    replica.wake();
  }

  /// Puts a state that was asked for in the place of this one, once that can be done.
  void renew() {
    var taken = underWay || replica.closed() ? null : renewal.take();
    if (taken == null) {
      return;
    }
    underWay = true;
    var mark = taken.end().mark();
    taken
        .sink()
        .install(
            mark,
            () -> {
              if (!replica.closed()) {
                trimming.replaced(mark.last().index());
                renewal.done();
                underWay = false;
                applying.renewed(mark);
                streams.answer(taken, StreamFrame.State.INSTALLED);
                replica.wake();
              }
            });
  }

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
    replica.wake();
  }

  @Override
  public void arrived(long from, StreamFrame.End end, SnapshotSink sink) {
    if (replica.closed() || underWay) {
      sink.abandon();
      return;
    }
    var stream = new Arrived(from, end, sink);
    if (end.stream().isRequested()) {
      if (!renewal.offer(stream)) {
        sink.abandon();
        streams.answer(stream, StreamFrame.State.FAILED);
      }
      replica.wake();
      return;
    }
    arrived = stream;
    replica.turn();
    raft.step(StreamFrame.message(from, config.raft().id(), end));
    replica.turn();
    if (arrived != null && !underWay) {
      // Not needed any more, or of a term that is over.
      arrived = null;
      sink.abandon();
      streams.answer(stream, StreamFrame.State.INSTALLED);
      env.reached("replica/snapshot-not-needed");
    }
    replica.wake();
  }
}
