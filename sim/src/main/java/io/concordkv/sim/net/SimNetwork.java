package io.concordkv.sim.net;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.SimLoop;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All links between all nodes. A frame is encoded when it is sent and decoded where it arrives;
/// one that arrives damaged is dropped, as a connection would be.
///
/// Only frames of replication are ever delivered twice. [Transport] promises at most once, and what
/// nodes say to one another beside replication counts on it: a write that a follower passes on to
/// the leader is no longer the same write the second time, so a repeated one would be applied
/// twice, as a real connection never makes it happen.
public final class SimNetwork {
  /// A repeated frame comes again within this time: long enough to meet another term.
  private static final long MAX_ECHO_MICROS = 5_000_000;

  private final SimLoop world;
  private final Simulation simulation;
  private final Wiretap wiretap;
  private final SplittableRandom chance;
  private final TreeMap<Long, Port> ports = new TreeMap<>();
  private final TreeSet<Link> cut = new TreeSet<>();
  private final TreeMap<Link, Long> lastArrival = new TreeMap<>();
  private Weather weather = Weather.FAIR;

  private record Link(long from, long to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      return from != other.from ? Long.compare(from, other.from) : Long.compare(to, other.to);
    }
  }

  public SimNetwork(Simulation simulation, Wiretap wiretap) {
    this.simulation = simulation;
    this.wiretap = wiretap;
    world = simulation.world();
    chance = simulation.random("network");
  }

  /// The end of the network at one life of a node.
  public Transport attach(SimEnv env, long node) {
    var port = new Port(env, node);
    ports.put(node, port);
    return port;
  }

  public void weather(Weather weather) {
    this.weather = weather;
  }

  /// Cuts the way in one direction; frames under way are lost.
  public void cut(long from, long to) {
    cut.add(new Link(from, to));
  }

  public void mend(long from, long to) {
    cut.remove(new Link(from, to));
  }

  /// Separates both sides from one another, both ways.
  public void part(List<Long> one, List<Long> other) {
    for (long a : one) {
      for (long b : other) {
        cut(a, b);
        cut(b, a);
      }
    }
  }

  /// Every link works and the weather is fair.
  public void heal() {
    cut.clear();
    weather = Weather.FAIR;
  }

  public void mendAll() {
    cut.clear();
  }

  private void send(long from, long to, Frame frame) {
    wiretap.sent(from, to, frame);
    var link = new Link(from, to);
    if (cut.contains(link) || strikes(weather.loss())) {
      return;
    }
    var encoded = FrameCodec.encode(frame);
    if (strikes(weather.damage())) {
      encoded = damaged(encoded);
    }
    carry(link, encoded, micros());
    if (frame.kind() < ReplicaHost.FIRST_NODE_KIND && strikes(weather.duplication())) {
      carry(link, encoded, chance.nextLong(MAX_ECHO_MICROS));
    }
  }

  private boolean strikes(int thousandths) {
    return thousandths > 0 && chance.nextInt(1000) < thousandths;
  }

  private long micros() {
    long micros = chance.nextInt(weather.minMicros(), weather.maxMicros() + 1);
    return strikes(weather.slow()) ? micros + chance.nextInt(weather.slowMicros()) : micros;
  }

  private Bytes damaged(Bytes encoded) {
    var array = encoded.toArray();
    array[chance.nextInt(array.length)] ^= (byte) (1 << chance.nextInt(8));
    return Bytes.wrap(array);
  }

  private void carry(Link link, Bytes encoded, long micros) {
    long arrival = simulation.nanos() + micros * 1000;
    if (!weather.reordered()) {
      arrival = Math.max(arrival, lastArrival.getOrDefault(link, 0L));
      lastArrival.put(link, arrival);
    }
    world.after(Duration.ofNanos(arrival - simulation.nanos()), () -> arrive(link, encoded));
  }

  private void arrive(Link link, Bytes encoded) {
    var port = ports.get(link.to);
    if (port == null || cut.contains(link)) {
      return;
    }
    try {
      port.deliver(link.from, FrameCodec.decode(encoded));
    } catch (CorruptionError damaged) {
      simulation.note(encoded.length());
    }
  }

  private final class Port implements Transport {
    private final SimEnv env;
    private final long node;
    private @Nullable Receiver receiver;

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
    public boolean connected(long toNode) {
      return !cut.contains(new Link(node, toNode));
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
