package io.concordkv.replica;

import io.concordkv.replica.wire.BundleCodec;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// A transport that puts the control frames of one turn to one node into one frame: the heartbeats
/// of many groups cost one message (as in CockroachDB's and TiKV's multi-Raft). Other lanes pass.
final class Bundles implements Transport {
  private static final int MAX_FRAMES = 4096;

  private final Transport transport;
  private final TreeMap<Long, List<Frame>> waiting = new TreeMap<>();

  Bundles(Transport transport) {
    this.transport = transport;
  }

  @Override
  public void send(long toNode, Frame frame) {
    if (frame.lane() != Lane.CONTROL) {
      transport.send(toNode, frame);
      return;
    }
    var frames = waiting.computeIfAbsent(toNode, _ -> new ArrayList<>());
    frames.add(frame);
    if (frames.size() == MAX_FRAMES) {
      flush(toNode, frames);
    }
  }

  /// Sends what has gathered.
  void flush() {
    waiting.forEach(this::flush);
  }

  private void flush(long toNode, List<Frame> frames) {
    if (frames.size() == 1) {
      transport.send(toNode, frames.getFirst());
    } else if (!frames.isEmpty()) {
      transport.send(toNode, BundleCodec.encode(frames));
    }
    frames.clear();
  }

  @Override
  public void onFrame(Receiver receiver) {
    transport.onFrame(receiver);
  }

  @Override
  public boolean connected(long node) {
    return transport.connected(node);
  }

  @Override
  public void close() {
    transport.close();
  }
}
