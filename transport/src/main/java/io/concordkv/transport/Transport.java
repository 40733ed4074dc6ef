package io.concordkv.transport;

/// Carries frames to other nodes: at most once, in no promised order, perhaps never. Never blocks,
/// never throws; queues are bounded and a full one drops.
public interface Transport extends AutoCloseable {
  /// To a node that is not known the frame is dropped.
  void send(long toNode, Frame frame);

  /// Who gets what arrives. Set once, before the first frame.
  void onFrame(Receiver receiver);

  /// Whether a frame to `node` has a fair chance now: for status and for telling clients why.
  boolean connected(long node);

  @Override
  void close();
}
