package io.concordkv.transport.tcp;

import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One lane to one peer: a connection that this node dialed and only sends on, and the frames that
/// wait for it. While there is no connection nothing waits, it is dropped.
///
/// Thread safety: [#offer] and [#isOpen] for any thread, all else for the transport's own.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
final class Link {
  private static final int WRITE_BYTES = 256 << 10;

  private final TcpTransport transport;
  private final TcpConfig config;
  private final Wiring wiring;
  private final long peer;
  private final InetSocketAddress address;
  private final Lane lane;

  private final ConcurrentLinkedQueue<Frame> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingFrames = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile boolean open;

  private final List<Frame> batch = new ArrayList<>();
  private @Nullable Channel channel;
  private int failures;
  private boolean closed;
  private String lastProblem = "";

  Link(
      TcpTransport transport,
      TcpConfig config,
      Wiring wiring,
      long peer,
      InetSocketAddress address,
      Lane lane) {
    this.transport = transport;
    this.config = config;
    this.wiring = wiring;
    this.peer = peer;
    this.address = address;
    this.lane = lane;
  }

  InetSocketAddress address() {
    return address;
  }

  boolean isOpen() {
    return open;
  }

  /// False if the frame was dropped. What waits is counted until the socket has taken it.
  boolean offer(Frame frame) {
    int bytes = FrameCodec.encodedBytes(frame);
    if (!open
        || waitingFrames.get() >= config.queueFrames()
        || waitingBytes.get() + bytes > config.queueBytes()) {
      return false;
    }
    waitingFrames.incrementAndGet();
    waitingBytes.addAndGet(bytes);
    queue.add(frame);
    return true;
  }

  /// Writes what waits, as far as the socket takes it, and flushes once.
  void drain() {
    var to = channel;
    if (to == null || !open) {
      return;
    }
    boolean wrote = false;
    while (to.isWritable() && !queue.isEmpty()) {
      write(to);
      wrote = true;
    }
    if (wrote) {
      to.flush();
    }
  }

  void dial() {
    if (closed) {
      return;
    }
    if (address.isUnresolved()) {
      wiring
          .names()
          .submit(() -> InetAddress.getByName(address.getHostString()))
          .addListener(
              (Future<InetAddress> found) -> wiring.thread().execute(() -> resolved(found)));
    } else {
      connect(address);
    }
  }

  void close() {
    closed = true;
    open = false;
    if (channel != null) {
      channel.close();
    }
  }

  private void resolved(Future<InetAddress> found) {
    if (closed) {
      return;
    }
    if (found.isSuccess()) {
      connect(new InetSocketAddress(found.getNow(), address.getPort()));
    } else {
      report("cannot resolve the name: " + found.cause().getMessage());
      again();
    }
  }

  private void connect(InetSocketAddress target) {
    wiring
        .dialer(config.timeout())
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel dialed) {
                dialed.pipeline().addLast(new Outgoing());
              }
            })
        .connect(target)
        .addListener((ChannelFuture dialed) -> {
          if (!dialed.isSuccess()) {
            report("cannot connect: " + dialed.cause().getMessage());
            again();
          } else if (closed) {
            dialed.channel().close();
          }
        });
  }

  private void again() {
    if (closed) {
      return;
    }
    long first = config.firstBackoff().toNanos();
    long longest = config.maxBackoff().toNanos();
    long wait = failures >= 20 ? longest : Math.min(longest, first << failures);
    failures++;
    long jittered = wait / 2 + config.random().nextLong(wait / 2 + 1);
    wiring.thread().schedule(this::dial, jittered, TimeUnit.NANOSECONDS);
  }

  private void report(String text) {
    if (!text.equals(lastProblem)) {
      lastProblem = text;
      transport.problem("peer=%x lane=%s address=%s: %s".formatted(peer, lane, address, text));
    }
  }

  private void opened(Channel dialed) {
    forgetWaiting();
    channel = dialed;
    failures = 0;
    lastProblem = "";
    open = true;
  }

  private void lost(Channel dialed) {
    if (dialed.equals(channel)) {
      channel = null;
      boolean wasOpen = open;
      open = false;
      forgetWaiting();
      if (wasOpen && lane != Lane.BULK) {
        transport.lost(peer);
      }
    }
    again();
  }

  private void forgetWaiting() {
    for (var frame = queue.poll(); frame != null; frame = queue.poll()) {
      waitingFrames.decrementAndGet();
      waitingBytes.addAndGet(-FrameCodec.encodedBytes(frame));
    }
  }

  private void write(Channel to) {
    int bytes = 0;
    for (var frame = queue.peek(); frame != null; frame = queue.peek()) {
      int more = FrameCodec.encodedBytes(frame);
      if (!batch.isEmpty() && bytes + more > WRITE_BYTES) {
        break;
      }
      bytes += more;
      batch.add(frame);
      queue.poll();
    }
    var out = to.alloc().directBuffer(bytes);
    for (var frame : batch) {
      int length = FrameCodec.encodedBytes(frame);
      FrameCodec.encode(frame, out.internalNioBuffer(out.writerIndex(), length));
      out.writerIndex(out.writerIndex() + length);
    }
    int frames = batch.size();
    int written = bytes;
    batch.clear();
    to.write(out)
        .addListener(_ -> {
          waitingFrames.addAndGet(-frames);
          waitingBytes.addAndGet(-written);
        });
  }

  /// Says hello, waits for the answer, and reads nothing after it.
  private final class Outgoing extends ByteToMessageDecoder {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      var hello = context.alloc().buffer(Handshake.HELLO_BYTES);
      Handshake.writeHello(
          hello,
          new Handshake.Hello(Handshake.VERSION, lane, config.cluster(), config.self(), peer));
      context.writeAndFlush(hello);
      var dialed = context.channel();
      context
          .executor()
          .schedule(
              () -> {
                if (!dialed.equals(channel)) {
                  dialed.close();
                }
              },
              config.timeout().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (context.channel().equals(channel) || closed) {
        in.skipBytes(in.readableBytes());
      } else if (in.readableBytes() >= Handshake.ANSWER_BYTES) {
        var answer = Handshake.readAnswer(in);
        if (answer == Handshake.Answer.WELCOME) {
          opened(context.channel());
        } else {
          report("refused: " + (answer == null ? "no peer listens at this address" : answer.text));
          context.close();
        }
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      drain();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      super.channelInactive(context);
      lost(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      report("connection failed: " + cause.getMessage());
      context.close();
    }
  }
}
