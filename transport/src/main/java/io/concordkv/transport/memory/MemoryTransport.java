package io.concordkv.transport.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One node's end of a [MemoryNetwork]. Frames to a node are posted to its loop, in the order in
/// which they were sent.
public final class MemoryTransport implements Transport {
  private final MemoryNetwork network;
  private final long node;
  private final Scheduler loop;
  private final int maxWaitingFrames;
  private final long maxWaitingBytes;
  private final Waiting[] waiting = new Waiting[Lane.values().length];
  private volatile @Nullable Receiver receiver;

  MemoryTransport(MemoryNetwork network, long node, Scheduler loop, int maxFrames, long maxBytes) {
    this.network = network;
    this.node = node;
    this.loop = loop;
    this.maxWaitingFrames = maxFrames;
    this.maxWaitingBytes = maxBytes;
    for (int lane = 0; lane < waiting.length; lane++) {
      waiting[lane] = new Waiting();
    }
  }

  @Override
  public void send(long toNode, Frame frame) {
    var target = network.find(toNode);
    if (target != null && network.find(node) == this) {
      target.deliver(node, frame.lane(), FrameCodec.encode(frame));
    }
  }

  @Override
  public void onFrame(Receiver receiver) {
    Check.that(this.receiver == null, "a transport has one receiver");
    this.receiver = receiver;
  }

  @Override
  public boolean connected(long toNode) {
    return network.find(toNode) != null;
  }

  @Override
  public void close() {
    network.leave(node, this);
  }

  private void deliver(long from, Lane lane, Bytes encoded) {
    var queue = waiting[lane.code()];
    if (queue.frames.get() >= maxWaitingFrames
        || queue.bytes.get() + encoded.length() > maxWaitingBytes) {
      return;
    }
    queue.frames.incrementAndGet();
    queue.bytes.addAndGet(encoded.length());
    loop.post(() -> {
      queue.frames.decrementAndGet();
      queue.bytes.addAndGet(-encoded.length());
      var to = receiver;
      if (to != null && network.find(node) == this) {
        to.receive(from, FrameCodec.decode(encoded));
      }
    });
  }

  private static final class Waiting {
    final AtomicInteger frames = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
  }
}
