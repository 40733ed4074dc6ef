package io.concordkv.transport;

/// Whoever gets the frames. Called on the node's loop.
public interface Receiver {
  void receive(long fromNode, Frame frame);
}
