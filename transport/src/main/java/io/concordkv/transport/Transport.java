package io.concordkv.transport;

import java.util.function.LongConsumer;

/// Carries frames to other nodes: at most once, in no promised order, perhaps never. Never blocks,
/// never throws; queues are bounded, each lane's by itself, and a full one drops what is new.
public interface Transport extends AutoCloseable {
  /// To a node that is not known the frame is dropped.
  void send(long toNode, Frame frame);

  /// Who gets what arrives. Set once, before the first frame.
  void onFrame(Receiver receiver);

  /// Who is told, on the loop, that a node's machine closed the connection for [Lane#CONTROL]: most
  /// likely its process has ended. Silence is never told of. A connection may also be closed for
  /// another reason, and the node be well: this is a hint, and nothing may depend on it. A
  /// transport that cannot know tells nothing. Set once, at the start.
  default void onDisconnect(LongConsumer listener) {}

  /// Whether a frame to `node` has a fair chance now: for status and for telling clients why.
  boolean connected(long node);

  @Override
  void close();
}
