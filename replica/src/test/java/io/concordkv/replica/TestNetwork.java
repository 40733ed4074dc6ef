package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// A network over virtual time that delays, loses and repeats frames.
final class TestNetwork {
  private final Simulation simulation;
  private final SplittableRandom chance;
  private final TreeMap<Long, Node> nodes = new TreeMap<>();
  final TreeSet<Long> isolated = new TreeSet<>();
  double loss;
  double repeat;
  BiPredicate<Long, Frame> drop = (_, _) -> false;

  TestNetwork(Simulation simulation) {
    this.simulation = simulation;
    chance = simulation.random("network");
  }

  Transport open(long id, SimEnv env) {
    var node = new Node(id, env);
    nodes.put(id, node);
    return node;
  }

  private boolean cut(long one, long other) {
    return isolated.contains(one) || isolated.contains(other);
  }

  private final class Node implements Transport {
    private final long id;
    private final SimEnv env;
    private @Nullable Receiver receiver;

    private Node(long id, SimEnv env) {
      this.id = id;
      this.env = env;
    }

    @Override
    public void send(long toNode, Frame frame) {
      if (!cut(id, toNode) && chance.nextDouble() >= loss && !drop.test(toNode, frame)) {
        deliver(toNode, FrameCodec.encode(frame));
        if (chance.nextDouble() < repeat) {
          deliver(toNode, FrameCodec.encode(frame));
        }
      }
    }

    private void deliver(long toNode, Bytes encoded) {
      var delay = Duration.ofNanos(50_000 + chance.nextLong(500_000));
      simulation
          .world()
          .after(
              delay,
              () -> {
                var to = nodes.get(toNode);
                if (to != null && to.env.alive() && !cut(id, toNode)) {
                  to.env.loop().post(() -> to.take(id, FrameCodec.decode(encoded)));
                }
              });
    }

    private void take(long from, Frame frame) {
      if (receiver != null) {
        receiver.receive(from, frame);
      }
    }

    @Override
    public void onFrame(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public boolean connected(long node) {
      var to = nodes.get(node);
      return to != null && to.env.alive() && !cut(id, node);
    }

    @Override
    public void close() {}
  }
}
