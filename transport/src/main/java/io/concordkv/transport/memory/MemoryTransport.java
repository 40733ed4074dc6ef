package io.concordkv.transport.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Inbox;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One node's end of a [MemoryNetwork]. Frames to a node are posted to its loop, those of a lane in
/// the order in which they were sent.
public final class MemoryTransport implements Transport {
  private final MemoryNetwork network;
  private final long node;
  private final Scheduler loop;
  private final Inbox inbox;
  private final int maxWaitingFrames;
  private final long maxWaitingBytes;
  private final Waiting[] waiting = new Waiting[Lane.values().length];
  private volatile @Nullable LongConsumer onDisconnect;

  MemoryTransport(MemoryNetwork network, long node, Scheduler loop, int maxFrames, long maxBytes) {
    this.network = network;
    this.node = node;
    this.loop = loop;
    this.inbox = new Inbox(loop);
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
      target.deliver(node, FrameCodec.encode(frame));
    }
  }

  @Override
  public void onFrame(Receiver receiver) {
    inbox.onFrame(receiver);
  }

  @Override
  public void onDisconnect(LongConsumer listener) {
    Check.that(onDisconnect == null, "a transport has one listener for lost connections");
    onDisconnect = listener;
  }

  @Override
  public boolean connected(long toNode) {
    return network.find(toNode) != null;
  }

  @Override
  public void close() {
    inbox.close();
    network.leave(node, this);
  }

  void lost(long peer) {
    var listener = onDisconnect;
    if (listener != null) {
      loop.post(() -> listener.accept(peer));
    }
  }

  private void deliver(long from, Bytes encoded) {
    var frame = FrameCodec.decode(encoded);
    int bytes = encoded.length();
    var queue = waiting[frame.lane().code()];
    // Several nodes may send at once: counted first and then looked at.
    int frames = queue.frames.incrementAndGet();
    long all = queue.bytes.addAndGet(bytes);
    if (frames > maxWaitingFrames || all > maxWaitingBytes) {
      queue.gone(bytes);
      return;
    }
    inbox.add(from, frame.lane(), List.of(frame), () -> queue.gone(bytes));
  }

  private static final class Waiting {
    final AtomicInteger frames = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();

    void gone(int taken) {
      frames.decrementAndGet();
      bytes.addAndGet(-taken);
    }
  }
}
