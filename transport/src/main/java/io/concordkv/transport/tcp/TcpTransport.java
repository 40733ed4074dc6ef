package io.concordkv.transport.tcp;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Frames over TCP.
///
/// Thread safety: [#send] may be called by any thread. What arrives is handed over on the loop, all
/// frames of one read in one task. Connections are owned by the transport's own thread.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
public final class TcpTransport implements Transport {
  private final TcpConfig config;
  private final Scheduler loop;
  private final Wiring wiring;
  private final Accepted accepted;
  private final Channel listener;
  private final AtomicBoolean wakeUnderWay = new AtomicBoolean();
  private volatile SortedMap<Long, List<Link>> links = new TreeMap<>();
  private volatile @Nullable Receiver receiver;
  private volatile @Nullable LongConsumer onDisconnect;
  private volatile boolean closed;

  private TcpTransport(Scheduler loop, TcpConfig config, Wiring wiring) {
    this.loop = loop;
    this.config = config;
    this.wiring = wiring;
    this.accepted = new Accepted(this, config);
    var bind =
        wiring
            .listener()
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted.take(channel);
                  }
                })
            .bind(config.listen())
            .awaitUninterruptibly();
    if (!bind.isSuccess()) {
      throw new UncheckedIOException(
          "cannot listen for peers on " + config.listen() + ": " + bind.cause().getMessage(),
          new IOException(bind.cause()));
    }
    listener = bind.channel();
  }

  /// Listens and starts to dial. Blocks until the port is taken.
  public static TcpTransport open(Scheduler loop, TcpConfig config) {
    var wiring = new Wiring();
    try {
      var transport = new TcpTransport(loop, config, wiring);
      transport.peers(config.peers());
      return transport;
    } catch (UncheckedIOException failed) {
      wiring.close();
      throw failed;
    }
  }

  /// Where this node listens.
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// From now on these are the peers; to the others nothing is sent any more.
  public void peers(Map<Long, InetSocketAddress> peers) {
    var wanted = new TreeMap<>(peers);
    wiring.thread().execute(() -> connect(wanted));
  }

  /// Who is told, on the loop, that the connection to a node was lost. Set once, at the start.
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
      wiring.thread().execute(this::drain);
    }
  }

  @Override
  public void onFrame(Receiver receiver) {
    Check.that(this.receiver == null, "a transport has one receiver");
    this.receiver = receiver;
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
      wiring
          .thread()
          .submit(() -> {
            listener.close();
            accepted.close();
            connect(new TreeMap<>());
          })
          .awaitUninterruptibly();
      wiring.close();
    }
  }

  /// Hands frames to the receiver, in one task; `then` runs behind it, also on the loop.
  void deliver(long from, List<Frame> frames, Runnable then) {
    loop.post(() -> {
      var to = receiver;
      if (to != null) {
        for (var frame : frames) {
          if (closed) {
            return;
          }
          to.receive(from, frame);
        }
      }
      then.run();
    });
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
    for (var lanes : links.values()) {
      for (var link : lanes) {
        link.drain();
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
    return List.of(Lane.values()).stream()
        .map(lane -> new Link(this, config, wiring, peer, address, lane))
        .peek(Link::dial)
        .toList();
  }
}
