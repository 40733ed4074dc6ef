package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.raft.Message;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.State;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A group's snapshot streams: to each member at most one, from others one.
///
/// The leader's streams are ordered by the term and the leader's numbering, and only frames of the
/// newest one are taken, so parts of an older stream that were long under way never mix in. A
/// member that needs a state for its own reasons asks any other for it, and names the stream
/// itself.
final class SnapshotStreams {
  private static final int MAX_SILENCES = 60;
  private static final int MAX_FAULTLESS_CHUNKS = 20;

  /// What streams need of their replica.
  interface Owner {
    void send(long to, StreamFrame frame);

    /// Whether the state here is fit to be sent to whoever asks.
    boolean mayServe();

    void delivered(long follower, boolean delivered);

    /// All of a snapshot is there. Whoever takes the sink answers the sender in the end.
    void arrived(long from, StreamFrame.End end, SnapshotSink sink);
  }

  private record Outgoing(OutgoingSnapshot stream, boolean requested) {}

  private record Asked(long member, StreamId id) {}

  private final Env env;
  private final StateMachine machine;
  private final SendBudget budget;
  private final RandomGenerator random;
  private final long patienceTicks;
  private final Owner owner;
  private final TreeMap<Long, Outgoing> outgoing = new TreeMap<>();
  private @Nullable IncomingSnapshot incoming;

  /// The chunk at which it is given up for no reason.
  private long givenUpAt = Long.MAX_VALUE;

  private StreamId newest = new StreamId(0, 0);
  private @Nullable Asked asked;
  private long numbers;

  SnapshotStreams(
      Env env,
      StateMachine machine,
      SendBudget budget,
      RandomGenerator random,
      long patienceTicks,
      Owner owner) {
    this.env = env;
    this.machine = machine;
    this.budget = budget;
    this.random = random;
    this.patienceTicks = patienceTicks;
    this.owner = owner;
  }

  /// Whether nothing is sent or received.
  boolean idle() {
    return outgoing.isEmpty() && incoming == null;
  }

  /// Raft wants the follower to get the state. If it is under way already, that one has to do.
  void start(Message.InstallSnapshot message) {
    long follower = message.to();
    var now = outgoing.get(follower);
    if (now != null && !now.requested) {
      return;
    }
    if (now != null) {
      now.stream.abandon();
    }
    long applied = machine.applied().last().index();
    start(follower, new StreamId(message.term(), ++numbers), applied, false);
  }

  private void start(long member, StreamId id, long from, boolean requested) {
    var stream =
        new OutgoingSnapshot(
            env,
            id,
            machine.snapshot(from, isWitness(member)),
            budget,
            patienceTicks,
            frame -> owner.send(member, frame),
            delivered -> {
              outgoing.remove(member);
              if (!requested) {
                owner.delivered(member, delivered);
              }
            });
    outgoing.put(member, new Outgoing(stream, requested));
    stream.start();
  }

  private boolean isWitness(long member) {
    return machine.applied().configuration().witnesses().contains(member);
  }

  /// Asks `member` for its state, which has to have everything up to `from`. Asking another one, or
  /// the same again, makes this void.
  void ask(long member, long from) {
    var id = StreamId.requested(random.nextLong());
    asked = new Asked(member, id);
    owner.send(member, new StreamFrame.Request(id, from));
  }

  /// Tells who sent a state what became of it.
  void answer(Renewal.Arrived state, State outcome) {
    var end = state.end();
    owner.send(state.from(), new StreamFrame.Progress(end.stream(), end.chunks(), outcome));
  }

  /// Whether a state comes in.
  boolean receiving() {
    return incoming != null;
  }

  void receive(long from, StreamFrame frame) {
    switch (frame) {
      case StreamFrame.Progress progress -> {
        var sent = outgoing.get(from);
        if (sent != null) {
          sent.stream.progress(progress);
        }
      }
      case StreamFrame.Request(var id, var needed) -> {
        if (id.isRequested() && !outgoing.containsKey(from) && owner.mayServe()) {
          start(from, id, needed, true);
        }
      }
      case StreamFrame.Chunk chunk -> {
        var stream = incoming(from, chunk.stream(), chunk.sequence() == 0);
        if (stream != null && chunk.sequence() >= givenUpAt) {
          dropIncoming();
          fail(from, chunk.stream());
        } else if (stream != null) {
          stream.chunk(chunk);
        }
      }
      case StreamFrame.Offer offer -> {
        var stream = incoming(from, offer.stream(), offer.sequence() == 0);
        if (stream != null) {
          stream.offer(offer);
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
    new ArrayList<>(outgoing.values()).forEach(sent -> sent.stream.tick());
    if (incoming != null && incoming.tick() > MAX_SILENCES * patienceTicks) {
      dropIncoming();
    }
  }

  /// Not the leader any more.
  void stopSending() {
    var left = new ArrayList<Long>();
    outgoing.forEach((member, sent) -> {
      if (!sent.requested) {
        sent.stream.abandon();
        left.add(member);
      }
    });
    left.forEach(outgoing::remove);
  }

  void close() {
    outgoing.values().forEach(sent -> sent.stream.abandon());
    outgoing.clear();
    dropIncoming();
  }

  /// The stream that a frame belongs to; null if it is to be ignored.
  private @Nullable IncomingSnapshot incoming(long from, StreamId id, boolean first) {
    if (incoming != null && incoming.is(from, id)) {
      return incoming;
    }
    if (id.isRequested()) {
      return requested(from, id, first);
    }
    int age = id.compareTo(newest);
    if (age < 0) {
      env.reached("snapshot/old-stream");
      return null;
    }
    if (age == 0 || !first) {
      if (!first) {
        // Its beginning was lost, or this member has restarted since.
        env.reached("snapshot/without-beginning");
        fail(from, id);
      }
      return null;
    }
    newest = id;
    return begin(from, id);
  }

  /// The leader's streams come first: they are in the place of its log.
  private @Nullable IncomingSnapshot requested(long from, StreamId id, boolean first) {
    boolean expected = asked != null && asked.equals(new Asked(from, id));
    if (!expected || !first || incoming != null) {
      fail(from, id);
      return null;
    }
    asked = null;
    return begin(from, id);
  }

  private IncomingSnapshot begin(long from, StreamId id) {
    dropIncoming();
    givenUpAt =
        env.fault("snapshot/given-up")
            ? env.random("snapshot/given-up").nextInt(MAX_FAULTLESS_CHUNKS)
            : Long.MAX_VALUE;
    var stream =
        new IncomingSnapshot(
            env,
            from,
            id,
            machine.restore(),
            frame -> owner.send(from, frame),
            end -> arrived(from, end));
    incoming = stream;
    return stream;
  }

  private void arrived(long from, StreamFrame.End end) {
    var stream = incoming;
    if (stream != null && stream.is(from, end.stream())) {
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
