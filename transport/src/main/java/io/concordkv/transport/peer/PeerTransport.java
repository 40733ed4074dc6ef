package io.concordkv.transport.peer;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Inbox;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Frames over a network.
///
/// Thread safety: [#send] may be called by any thread. What arrives is handed over on the loop, all
/// frames of one read in one task. Connections are owned by the transport's own thread.
public final class PeerTransport implements Transport {
  private static final List<Lane> LANES = List.of(Lane.values());

  private final PeerConfig config;
  private final Scheduler loop;
  private final Inbox inbox;
  private final Sockets sockets;
  private final Wire wire;
  private final Accepted accepted;
  private final InetSocketAddress listening;
  private final AtomicBoolean wakeUnderWay = new AtomicBoolean();
  private volatile SortedMap<Long, List<Link>> links = new TreeMap<>();
  private volatile @Nullable LongConsumer onDisconnect;
  private volatile boolean closed;

  private PeerTransport(Scheduler loop, PeerConfig config, Sockets sockets, Wire wire) {
    this.loop = loop;
    this.config = config;
    this.sockets = sockets;
    this.wire = wire;
    inbox = new Inbox(loop);
    accepted = new Accepted(config, sockets, inbox);
    listening = wire.listen(config.listen(), accepted);
  }

  /// Listens and starts to dial. Blocks until the port is taken; throws [UncheckedIOException] if
  /// it cannot be had.
  public static PeerTransport open(Scheduler loop, PeerConfig config, Wire.Maker maker) {
    var sockets = new Sockets();
    try {
      var transport = new PeerTransport(loop, config, sockets, maker.on(sockets, config));
      transport.peers(config.peers());
      return transport;
    } catch (UncheckedIOException failed) {
      sockets.close();
      throw failed;
    }
  }

  /// Where this node listens.
  public InetSocketAddress localAddress() {
    return listening;
  }

  /// From now on these are the peers; to the others nothing is sent any more.
  public void peers(Map<Long, InetSocketAddress> peers) {
    var wanted = new TreeMap<>(peers);
    sockets.thread().execute(() -> connect(wanted));
  }

  @Override
  public void onDisconnect(LongConsumer listener) {
    Check.that(onDisconnect == null, "a transport has one listener for lost connections");
    onDisconnect = listener;
  }

  @Override
  public void send(long toNode, Frame frame) {
    var lanes = links.get(toNode);
    if (lanes == null || closed) {
      return;
    }
    if (FrameCodec.encodedBytes(frame) > config.maxFrameBytes()) {
      problem("dropped a frame of " + frame.payload().length() + " bytes: it is too large");
      return;
    }
    if (lanes.get(frame.lane().code()).offer(frame) && wakeUnderWay.compareAndSet(false, true)) {
      sockets.thread().execute(this::drain);
    }
  }

  @Override
  public void onFrame(Receiver receiver) {
    inbox.onFrame(receiver);
  }

  @Override
  public boolean connected(long node) {
    var lanes = links.get(node);
    return lanes != null
        && lanes.get(Lane.CONTROL.code()).isOpen()
        && lanes.get(Lane.DATA.code()).isOpen();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      inbox.close();
      sockets
          .thread()
          .submit(() -> {
            accepted.close();
            connect(new TreeMap<>());
          })
          .awaitUninterruptibly();
      wire.close();
      sockets.close();
    }
  }

  void lost(long peer) {
    var listener = onDisconnect;
    if (listener != null && !closed) {
      loop.post(() -> listener.accept(peer));
    }
  }

  void problem(String text) {
    config.problems().accept(text);
  }

  private void drain() {
    // Before looking into the queues: what is offered behind this line wakes the thread again.
    wakeUnderWay.set(false);
    var peers = links.values();
    // Every peer's heartbeat leaves before anybody's entries are encoded.
    for (var lane : LANES) {
      for (var lanes : peers) {
        lanes.get(lane.code()).drain();
      }
    }
  }

  private void connect(SortedMap<Long, InetSocketAddress> wanted) {
    var next = new TreeMap<Long, List<Link>>();
    links.forEach((peer, lanes) -> {
      if (lanes.getFirst().address().equals(wanted.get(peer))) {
        next.put(peer, lanes);
      } else {
        lanes.forEach(Link::close);
      }
    });
    wanted.forEach((peer, address) -> {
      if (peer != config.self() && !next.containsKey(peer)) {
        next.put(peer, dial(peer, address));
      }
    });
    links = next;
  }

  private List<Link> dial(long peer, InetSocketAddress address) {
    return LANES.stream()
        .map(lane -> new Link(this, config, sockets, wire, peer, address, lane))
        .peek(Link::dial)
        .toList();
  }
}
