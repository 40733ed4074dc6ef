package io.concordkv.transport.memory;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where the [MemoryTransport]s of one process find each other. Any thread may use it.
public final class MemoryNetwork {
  private final ConcurrentHashMap<Long, MemoryTransport> nodes = new ConcurrentHashMap<>();
  private final int maxWaitingFrames;
  private final long maxWaitingBytes;

  public MemoryNetwork() {
    this(64 << 10, 64 << 20);
  }

  /// @param maxWaitingFrames what may be on its way to one node on one lane
  /// @param maxWaitingBytes and how many bytes of it
  public MemoryNetwork(int maxWaitingFrames, long maxWaitingBytes) {
    Check.that(maxWaitingFrames > 0 && maxWaitingBytes > 0, "something may be on its way");
    this.maxWaitingFrames = maxWaitingFrames;
    this.maxWaitingBytes = maxWaitingBytes;
  }

  /// Connects `node`, whose frames are delivered on `loop`.
  public MemoryTransport open(long node, Scheduler loop) {
    var transport = new MemoryTransport(this, node, loop, maxWaitingFrames, maxWaitingBytes);
    Check.that(nodes.putIfAbsent(node, transport) == null, "a node is connected once");
    return transport;
  }

  @Nullable MemoryTransport find(long node) {
    return nodes.get(node);
  }

  void leave(long node, MemoryTransport transport) {
    if (nodes.remove(node, transport)) {
      nodes.values().forEach(other -> other.lost(node));
    }
  }
}
