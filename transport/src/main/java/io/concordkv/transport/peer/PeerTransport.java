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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Frames over a network.
///
/// Thread safety: [#send] may be called by any thread. What arrives is handed over on the loop, all
/// frames of one read in one task. Connections are owned by the transport's own thread.
public final class PeerTransport implements Transport {
  private static final List<Lane> LANES = List.of(Lane.values());
  private static final int MAX_PEERS = 256;

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
  private volatile @Nullable Consumer<Expulsion> onExpelled;
  private volatile boolean closed;

  /// Why peers will not speak with this node any more.
  public enum Expulsion {
    /// It is not a member any more.
    REMOVED,
    /// Its member took part with other data.
    LOST_ITS_DATA
  }

  private PeerTransport(Scheduler loop, PeerConfig config, Sockets sockets, Wire wire) {
    this.loop = loop;
    this.config = config;
    this.sockets = sockets;
    this.wire = wire;
    inbox = new Inbox(loop);
    accepted = new Accepted(config, sockets, inbox, this::welcomed);
    var addresses = config.listen().stream().map(each -> wire.listen(each, accepted)).toList();
    listening = addresses.getFirst();
  }

  /// Listens and starts to dial. Blocks until all ports are taken; throws [UncheckedIOException] if
  /// one cannot be had.
  public static PeerTransport open(Scheduler loop, PeerConfig config, Wire.Maker maker) {
    var sockets = new Sockets();
    var wire = maker.on(sockets, config);
    try {
      var transport = new PeerTransport(loop, config, sockets, wire);
      transport.roster(Roster.of(config.peers()));
      return transport;
    } catch (UncheckedIOException failed) {
      wire.close();
      sockets.close();
      throw failed;
    }
  }

  /// Where this node listens, or the first such address.
  public InetSocketAddress localAddress() {
    return listening;
  }

  /// From now on these are the peers. Those that are not named any more are still spoken to, unless
  /// they were removed: whoever is behind may not know all who lead it on.
  public void roster(Roster roster) {
    sockets
        .thread()
        .execute(() -> {
          accepted.roster(roster);
          connect(roster);
        });
  }

  /// Who is told, on the loop, that a peer refuses this node for good, and why. Set once, at the
  /// start.
  public void onExpelled(Consumer<Expulsion> listener) {
    Check.that(onExpelled == null, "a transport has one listener for expulsion");
    onExpelled = listener;
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
            links.values().forEach(lanes -> lanes.forEach(Link::close));
            links = new TreeMap<>();
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

  void expelled(Expulsion why) {
    var listener = onExpelled;
    if (listener != null && !closed) {
      loop.post(() -> listener.accept(why));
    }
  }

  /// A peer that this node has not heard of says where it is: it may be the leader, who knows more.
  private void welcomed(Handshake.Hello hello) {
    var address = hello.address();
    if (address.isEmpty() || links.containsKey(hello.from()) || links.size() >= MAX_PEERS) {
      return;
    }
    int colon = address.lastIndexOf(':');
    try {
      var host = address.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "");
      int port = Integer.parseInt(address.substring(colon + 1));
      var next = new TreeMap<>(links);
      next.put(hello.from(), dial(hello.from(), InetSocketAddress.createUnresolved(host, port)));
      links = next;
    } catch (IllegalArgumentException e) {
      problem("peer=%x: no address: \"%s\"".formatted(hello.from(), address));
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

  private void connect(Roster roster) {
    if (closed) {
      return;
    }
    var next = new TreeMap<Long, List<Link>>();
    links.forEach((peer, lanes) -> {
      var now = lanes.getFirst().address();
      boolean moved = !roster.peers().getOrDefault(peer, now).equals(now);
      if (moved || roster.removed().contains(peer)) {
        lanes.forEach(Link::close);
      } else {
        next.put(peer, lanes);
      }
    });
    roster
        .peers()
        .forEach((peer, address) -> {
          if (peer != config.self()
              && !next.containsKey(peer)
              && !roster.removed().contains(peer)) {
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
