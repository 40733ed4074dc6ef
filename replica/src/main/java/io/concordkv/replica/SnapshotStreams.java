package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.raft.Message;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.State;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayList;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A group's snapshot streams: to each follower at most one, from the leader one.
///
/// Streams are ordered by the term and the leader's numbering, and only frames of the newest one
/// are taken, so chunks of an older stream that were long under way never mix in.
final class SnapshotStreams {
  /// What streams need of their replica.
  interface Owner {
    void send(long to, StreamFrame frame);

    void delivered(long follower, boolean delivered);

    /// All of a snapshot is there. Whoever takes the sink answers the sender in the end.
    void arrived(long from, StreamFrame.End end, SnapshotSink sink);
  }

  private final Env env;
  private final StateMachine machine;
  private final long patienceTicks;
  private final Owner owner;
  private final TreeMap<Long, OutgoingSnapshot> outgoing = new TreeMap<>();
  private @Nullable IncomingSnapshot incoming;
  private StreamId newest = new StreamId(0, 0);
  private long numbers;

  SnapshotStreams(Env env, StateMachine machine, long patienceTicks, Owner owner) {
    this.env = env;
    this.machine = machine;
    this.patienceTicks = patienceTicks;
    this.owner = owner;
  }

  /// Raft wants the follower to get the state. If it is under way already, that one has to do.
  void start(Message.InstallSnapshot message) {
    long follower = message.to();
    if (outgoing.containsKey(follower)) {
      return;
    }
    var stream =
        new OutgoingSnapshot(
            env,
            new StreamId(message.term(), ++numbers),
            machine.snapshot(),
            patienceTicks,
            frame -> owner.send(follower, frame),
            delivered -> {
              outgoing.remove(follower);
              owner.delivered(follower, delivered);
            });
    outgoing.put(follower, stream);
    stream.start();
  }

  void receive(long from, StreamFrame frame) {
    switch (frame) {
      case StreamFrame.Progress progress -> {
        var stream = outgoing.get(from);
        if (stream != null) {
          stream.progress(progress);
        }
      }
      case StreamFrame.Chunk chunk -> {
        var stream = incoming(from, chunk.stream(), chunk.sequence() == 0);
        if (stream != null && env.fault("snapshot/given-up")) {
          dropIncoming();
          fail(from, chunk.stream());
        } else if (stream != null) {
          stream.chunk(chunk);
        }
      }
      case StreamFrame.End end -> {
        var stream = incoming(from, end.stream(), end.chunks() == 0);
        if (stream != null) {
          stream.end(end);
        }
      }
    }
  }

  void tick() {
    new ArrayList<>(outgoing.values()).forEach(OutgoingSnapshot::tick);
    if (incoming != null && incoming.tick() > 60 * patienceTicks) {
      dropIncoming();
    }
  }

  /// Not the leader any more.
  void stopSending() {
    outgoing.values().forEach(OutgoingSnapshot::abandon);
    outgoing.clear();
  }

  void close() {
    stopSending();
    dropIncoming();
  }

  /// The stream that a frame belongs to; null if it is to be ignored.
  private @Nullable IncomingSnapshot incoming(long from, StreamId id, boolean first) {
    int age = id.compareTo(newest);
    if (age < 0) {
      env.reached("snapshot/old-stream");
      return null;
    }
    if (age == 0) {
      if (incoming == null && !first) {
        fail(from, id);
      }
      return incoming;
    }
    if (!first) {
      env.reached("snapshot/without-beginning");
      // Its beginning was lost, or this member has restarted since.
      fail(from, id);
      return null;
    }
    dropIncoming();
    newest = id;
    var stream =
        new IncomingSnapshot(
            env,
            id,
            machine.restore(),
            frame -> owner.send(from, frame),
            end -> arrived(from, end));
    incoming = stream;
    return stream;
  }

  private void arrived(long from, StreamFrame.End end) {
    var stream = incoming;
    if (stream != null && stream.id().equals(end.stream())) {
      incoming = null;
      owner.arrived(from, end, stream.takeSink());
    }
  }

  private void fail(long from, StreamId id) {
    owner.send(from, new StreamFrame.Progress(id, 0, State.FAILED));
  }

  private void dropIncoming() {
    if (incoming != null) {
      incoming.abandon();
      incoming = null;
    }
  }
}
