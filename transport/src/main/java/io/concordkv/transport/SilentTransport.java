package io.concordkv.transport;

/// For a node that is alone: nobody is spoken to, and nobody speaks.
public final class SilentTransport implements Transport {
  @Override
  public void send(long toNode, Frame frame) {}

  @Override
  public void onFrame(Receiver receiver) {}

  @Override
  public boolean connected(long node) {
    return false;
  }

  @Override
  public void close() {}
}
