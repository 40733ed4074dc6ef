package io.concordkv.transport.peer;

import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The frames that wait for one connection, bounded in number and bytes. What was taken out counts
/// until the connection is rid of it.
///
/// Thread safety: any thread may offer; the transport's own takes.
final class SendQueue {
  private final int maxFrames;
  private final long maxBytes;
  private final ConcurrentLinkedQueue<Frame> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingFrames = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();

  SendQueue(int maxFrames, long maxBytes) {
    this.maxFrames = maxFrames;
    this.maxBytes = maxBytes;
  }

  /// False: it is full, and the frame is dropped, or what is offered at the same time would fill
  /// it.
  boolean offer(Frame frame) {
    int bytes = FrameCodec.encodedBytes(frame);
    // Counted first and then looked at: of several who offer at once one has the last place.
    int frames = waitingFrames.incrementAndGet();
    long before = waitingBytes.getAndAdd(bytes);
    if (frames > maxFrames || (before > 0 && before + bytes > maxBytes)) {
      gone(1, bytes);
      return false;
    }
    queue.add(frame);
    return true;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /// Moves the oldest frames to `batch`: one, and more as long as they take no more than `maxBytes`
  /// together. Returns how many bytes they take.
  int take(List<Frame> batch, int maxBytes) {
    int bytes = 0;
    for (var frame = queue.peek(); frame != null; frame = queue.peek()) {
      int more = FrameCodec.encodedBytes(frame);
      if (bytes > 0 && bytes + more > maxBytes) {
        break;
      }
      bytes += more;
      batch.add(frame);
      queue.poll();
    }
    return bytes;
  }

  /// The connection is rid of what was taken.
  void gone(int frames, int bytes) {
    waitingFrames.addAndGet(-frames);
    waitingBytes.addAndGet(-bytes);
  }

  void clear() {
    for (var frame = queue.poll(); frame != null; frame = queue.poll()) {
      gone(1, FrameCodec.encodedBytes(frame));
    }
  }
}
