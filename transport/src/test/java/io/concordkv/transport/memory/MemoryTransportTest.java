package io.concordkv.transport.memory;

import io.concordkv.transport.Transport;
import io.concordkv.transport.TransportContract;

final class MemoryTransportTest extends TransportContract {
  private final MemoryNetwork network = new MemoryNetwork(QUEUE_FRAMES, 64 << 20);

  @Override
  protected Transport open(long node) {
    return network.open(node, loop);
  }
}
