package io.concordkv.sim.net;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.replica.wire.BundleCodec;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.SimLoop;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// All links between all nodes. A frame is encoded when it is sent and decoded where it arrives;
/// one that arrives damaged must be noticed there and is dropped.
///
/// Only frames of replication are ever delivered twice. [Transport] promises at most once, and what
/// nodes say to one another beside replication counts on it: a write that a follower passes on to
/// the leader is no longer the same write the second time, so a repeated one would be applied
/// twice, as a real connection never makes it happen.
public final class SimNetwork {
  /// A repeated frame mostly comes again within this time: long enough to meet another term.
  private static final long MAX_ECHO_MICROS = 5_000_000;

  /// Some come when nobody remembers what they answer.
  private static final long MAX_LATE_ECHO_MICROS = 180_000_000;

  private static final int LATE_ECHO_ONE_IN = 20;

  private final SimLoop world;
  private final Simulation simulation;
  private final Wiretap wiretap;
  private final TreeMap<Long, Port> ports = new TreeMap<>();
  private final TreeMap<Long, TreeMap<Long, Wire>> wires = new TreeMap<>();
  private final List<Trouble> troubles = new ArrayList<>();
  private final Echoes echoes = new Echoes();

  public SimNetwork(Simulation simulation, Wiretap wiretap) {
    this.simulation = simulation;
    this.wiretap = wiretap;
    world = simulation.world();
  }

  /// The end of the network at one life of a node.
  public Transport attach(SimEnv env, long node) {
    var port = new Port(env, node);
    ports.put(node, port);
    return port;
  }

  public void add(Trouble trouble) {
    troubles.add(trouble);
    tellCuts();
  }

  /// Takes back what was added; harmless if it is over already.
  public void remove(Trouble trouble) {
    boolean _ = troubles.remove(trouble);
    tellCuts();
    if (trouble instanceof Trouble.Clog) {
      unclog();
    }
  }

  /// Every link works and the weather is fair.
  public void heal() {
    troubles.clear();
    tellCuts();
    unclog();
  }

  /// Whether both can hear one another.
  public boolean connects(long one, long other) {
    return !cut(one, other) && !cut(other, one);
  }

  private void tellCuts() {
    wiretap.cuts((int) troubles.stream().filter(Trouble.Cut.class::isInstance).count());
  }

  /// Connections break: what is under way is lost, and of the last frame only a part arrives.
  public void reset(Route route) {
    for (var of : wires.values()) {
      for (var wire : of.values()) {
        if (route.covers(wire.from, wire.to)) {
          wire.connection++;
          wire.lastArrival = 0;
          int whole = wire.lastSent.length();
          if (whole > 0) {
            var part = Arrays.copyOf(wire.lastSent.toArray(), wire.chance.nextInt(whole));
            deliver(wire, Bytes.wrap(part), true);
          }
          tell(wire.from, wire.to);
        }
      }
    }
  }

  /// The machine of `node` closes all its connections, as it does when the process ends.
  public void hangUp(long node) {
    for (long other : ports.keySet()) {
      if (other != node) {
        tell(node, other);
      }
    }
  }

  /// `to` hears, unless it cannot, that its connection from `from` is closed.
  private void tell(long from, long to) {
    var wire = wire(from, to);
    world.after(
        Duration.ofNanos(micros(wire, Weather.FAIR) * 1000),
        () -> {
          var port = ports.get(to);
          if (port != null && !cut(from, to)) {
            wiretap.disconnected(to);
            port.disconnected(from);
          }
        });
  }

  private void unclog() {
    for (var of : wires.values()) {
      for (var wire : of.values()) {
        for (var encoded : wire.release()) {
          carry(wire, encoded, true, false, micros(wire, Weather.FAIR));
        }
      }
    }
  }

  private Wire wire(long from, long to) {
    return wires
        .computeIfAbsent(from, _ -> new TreeMap<>())
        .computeIfAbsent(
            to, _ -> new Wire(from, to, simulation.random("network/" + from + "/" + to)));
  }

  /// What several groups say at once is heard, and may get lost, like any other word.
  private void send(long from, long to, Frame frame) {
    if (frame.kind() == BundleCodec.BUNDLE) {
      var frames = new ArrayList<Frame>(BundleCodec.decode(frame));
      frames.forEach(each -> wiretap.sent(from, to, each));
      if (frames.removeIf(each -> unheard(from, to, each))) {
        pass(from, to, BundleCodec.encode(frames));
        return;
      }
    } else {
      wiretap.sent(from, to, frame);
    }
    if (!unheard(from, to, frame)) {
      pass(from, to, frame);
    }
  }

  private boolean unheard(long from, long to, Frame frame) {
    return troubles.stream()
        .filter(trouble -> trouble.route().covers(from, to))
        .anyMatch(trouble ->
            trouble instanceof Trouble.Deaf(_, var kinds) && kinds.contains(frame.kind()));
  }

  private void pass(long from, long to, Frame frame) {
    var wire = wire(from, to);
    var weather = Weather.FAIR;
    long bytesPerSecond = Long.MAX_VALUE;
    boolean clogged = false;
    boolean echoed = false;
    int lateMicros = 0;
    for (var trouble : troubles) {
      if (!trouble.route().covers(from, to)) {
        continue;
      }
      switch (trouble) {
        case Trouble.Cut _ -> {
          return;
        }
        case Trouble.Deaf _ -> {
          // Some frames did not get here.
        }
        case Trouble.Foul(_, var foul) -> weather = foul;
        case Trouble.Late late when late.delays(frame.kind()) -> lateMicros = late.maxMicros();
        case Trouble.Late _ -> {
          // Not this one.
        }
        case Trouble.Clog _ -> clogged = true;
        case Trouble.Echo _ -> echoed = true;
        case Trouble.Narrow(_, var limit) -> bytesPerSecond = Math.min(bytesPerSecond, limit);
      }
    }
    if (wire.strikes(weather.loss())) {
      return;
    }
    var encoded = FrameCodec.encode(frame);
    wire.lastSent = encoded;
    if (clogged) {
      wire.hold(encoded);
      return;
    }
    long micros = micros(wire, weather) + waiting(wire, encoded, bytesPerSecond);
    micros += lateMicros == 0 ? 0 : wire.chance.nextInt(lateMicros);
    boolean inOrder = !weather.reordered() && lateMicros == 0;
    if (frame.kind() < ReplicaHost.FIRST_NODE_KIND) {
      echo(wire, frame, encoded, echoed ? micros : 0);
    }
    boolean damaged = wire.strikes(weather.damage());
    carry(wire, damaged ? damaged(wire, encoded) : encoded, inOrder, damaged, micros);
    if (frame.kind() < ReplicaHost.FIRST_NODE_KIND && wire.strikes(weather.duplication())) {
      boolean late = wire.chance.nextInt(LATE_ECHO_ONE_IN) == 0;
      long echo = wire.chance.nextLong(late ? MAX_LATE_ECHO_MICROS : MAX_ECHO_MICROS);
      carry(wire, encoded, false, false, echo);
    }
  }

  /// `frame` will arrive in `micros`; just before it, if that is not 0, comes one like it.
  private void echo(Wire wire, Frame frame, Bytes encoded, long micros) {
    var past = echoes.next(wire.from, wire.to, frame, encoded, wire.chance);
    if (past != null && micros > 0 && !past.encoded().equals(encoded)) {
      carry(wire(past.from(), wire.to), past.encoded(), false, false, micros - 1);
    }
  }

  /// For how many microseconds a frame waits on a link that carries little.
  private long waiting(Wire wire, Bytes encoded, long bytesPerSecond) {
    if (bytesPerSecond == Long.MAX_VALUE) {
      return 0;
    }
    long nanos = encoded.length() * 1_000_000_000L / bytesPerSecond;
    wire.busyUntil = Math.max(wire.busyUntil, simulation.nanos()) + nanos;
    return (wire.busyUntil - simulation.nanos()) / 1000;
  }

  private static long micros(Wire wire, Weather weather) {
    long micros = wire.chance.nextInt(weather.minMicros(), weather.maxMicros() + 1);
    return wire.strikes(weather.slow())
        ? micros + wire.chance.nextInt(weather.slowMicros())
        : micros;
  }

  private static Bytes damaged(Wire wire, Bytes encoded) {
    var array = encoded.toArray();
    array[wire.chance.nextInt(array.length)] ^= (byte) (1 << wire.chance.nextInt(8));
    return Bytes.wrap(array);
  }

  private void carry(Wire wire, Bytes encoded, boolean inOrder, boolean damaged, long micros) {
    long arrival = simulation.nanos() + micros * 1000;
    if (inOrder) {
      arrival = Math.max(arrival, wire.lastArrival);
      wire.lastArrival = arrival;
    }
    int connection = wire.connection;
    world.after(
        Duration.ofNanos(arrival - simulation.nanos()),
        () -> {
          if (connection == wire.connection && !cut(wire.from, wire.to)) {
            deliver(wire, encoded, damaged);
          }
        });
  }

  private void deliver(Wire wire, Bytes encoded, boolean damaged) {
    var port = ports.get(wire.to);
    if (port == null) {
      return;
    }
    try {
      var frame = FrameCodec.decode(encoded);
      Violation.unless(!damaged, "frame-checksum", "a damaged frame is taken for a whole one");
      port.deliver(wire.from, frame);
    } catch (CorruptionError noticed) {
      Violation.unless(damaged, "frame-checksum", "a whole frame is taken for a damaged one");
      simulation.note(encoded.length());
    }
  }

  private boolean cut(long from, long to) {
    for (var trouble : troubles) {
      if (trouble instanceof Trouble.Cut(var route) && route.covers(from, to)) {
        return true;
      }
    }
    return false;
  }

  private final class Port implements Transport {
    private final SimEnv env;
    private final long node;
    private @Nullable Receiver receiver;
    private LongConsumer onDisconnect = _ -> {};

    Port(SimEnv env, long node) {
      this.env = env;
      this.node = node;
    }

    @Override
    public void send(long toNode, Frame frame) {
      SimNetwork.this.send(node, toNode, frame);
    }

    @Override
    public void onFrame(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void onDisconnect(LongConsumer listener) {
      onDisconnect = listener;
    }

    void disconnected(long from) {
      if (env.alive()) {
        env.loop().post(() -> onDisconnect.accept(from));
      }
    }

    @Override
    public boolean connected(long toNode) {
      return !cut(node, toNode);
    }

    void deliver(long from, Frame frame) {
      var target = receiver;
      if (env.alive() && target != null) {
        env.loop().post(() -> target.receive(from, frame));
      }
    }

    @Override
    public void close() {
      receiver = null;
    }
  }
}
