package io.concordkv.transport.tcp;

import io.concordkv.base.CorruptionError;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The connections that peers opened, and how one is read. Owned by the transport's thread.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
final class Accepted {
  private static final int MAX_CONNECTIONS = 1024;

  private final TcpTransport transport;
  private final TcpConfig config;
  private boolean closed;
  private final Map<Lane, Map<Long, Channel>> byLane = new EnumMap<>(Lane.class);
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  Accepted(TcpTransport transport, TcpConfig config) {
    this.transport = transport;
    this.config = config;
  }

  void take(Channel channel) {
    if (closed || open.size() >= MAX_CONNECTIONS) {
      transport.problem("refused a connection: there are " + open.size() + " already");
      channel.close();
      return;
    }
    open.add(channel);
    channel.pipeline().addLast(new Incoming());
  }

  void close() {
    closed = true;
    open.close();
  }

  private Handshake.Answer answer(Handshake.Hello hello) {
    if (hello.version() != Handshake.VERSION) {
      return Handshake.Answer.OTHER_VERSION;
    } else if (hello.cluster() != config.cluster()) {
      return Handshake.Answer.OTHER_CLUSTER;
    } else if (hello.to() != config.self()) {
      return Handshake.Answer.OTHER_NODE;
    } else if (hello.from() == config.self()) {
      return Handshake.Answer.SAME_NODE;
    }
    return Handshake.Answer.WELCOME;
  }

  /// A peer has one connection for each lane: when it opens another one, it has given up the first.
  private void keep(Handshake.Hello hello, Channel channel) {
    var peers = byLane.computeIfAbsent(hello.lane(), _ -> new TreeMap<>());
    var before = peers.put(hello.from(), channel);
    if (before != null) {
      before.close();
    }
    channel.closeFuture().addListener(_ -> peers.remove(hello.from(), channel));
  }

  private final class Incoming extends ByteToMessageDecoder {
    private final AtomicLong unhandledBytes = new AtomicLong();
    private final AtomicBoolean paused = new AtomicBoolean();
    private Handshake.@Nullable Hello hello;
    private List<Frame> batch = new ArrayList<>();
    private long batchBytes;
    private boolean refused;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context
          .executor()
          .schedule(
              () -> {
                if (hello == null) {
                  context.close();
                }
              },
              config.timeout().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (refused) {
        in.skipBytes(in.readableBytes());
      } else if (hello != null) {
        frames(context, in);
      } else if (in.readableBytes() >= Handshake.HELLO_BYTES) {
        greet(context, in);
      }
    }

    private void greet(ChannelHandlerContext context, ByteBuf in) {
      var said = Handshake.readHello(in);
      if (said == null) {
        refuse(context, "it does not speak this protocol");
        return;
      }
      var answer = answer(said);
      var reply = context.alloc().buffer(Handshake.ANSWER_BYTES);
      Handshake.writeAnswer(reply, answer);
      var sent = context.writeAndFlush(reply);
      if (answer == Handshake.Answer.WELCOME) {
        hello = said;
        keep(said, context.channel());
      } else {
        refused = true;
        sent.addListener(ChannelFutureListener.CLOSE);
        transport.problem(
            "refused peer=%x cluster=%x version=%d who asked for node=%x: %s"
                .formatted(said.from(), said.cluster(), said.version(), said.to(), answer.name()));
      }
    }

    private void frames(ChannelHandlerContext context, ByteBuf in) {
      try {
        while (true) {
          int readable = in.readableBytes();
          int bytes =
              FrameCodec.frameBytes(
                  in.internalNioBuffer(in.readerIndex(), readable), config.maxFrameBytes());
          if (bytes == 0 || bytes > readable) {
            return;
          }
          batch.add(
              FrameCodec.decode(
                  in.internalNioBuffer(in.readerIndex(), bytes), config.maxFrameBytes()));
          batchBytes += bytes;
          in.skipBytes(bytes);
        }
      } catch (CorruptionError damaged) {
        // Where the next frame begins cannot be known any more; the peer dials again.
        in.skipBytes(in.readableBytes());
        refuse(context, damaged.toString());
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
      super.channelReadComplete(context);
      handOver(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      super.channelInactive(context);
      handOver(context);
    }

    private void handOver(ChannelHandlerContext context) {
      var from = hello;
      if (batch.isEmpty() || from == null) {
        return;
      }
      long bytes = batchBytes;
      var frames = batch;
      batch = new ArrayList<>(Math.min(frames.size(), 256));
      batchBytes = 0;
      if (unhandledBytes.addAndGet(bytes) > config.queueBytes()) {
        paused.set(true);
        context.channel().config().setAutoRead(false);
      }
      transport.deliver(from.from(), frames, () -> handled(context, bytes));
    }

    private void handled(ChannelHandlerContext context, long bytes) {
      if (unhandledBytes.addAndGet(-bytes) <= config.queueBytes() / 2
          && paused.compareAndSet(true, false)) {
        context.executor().execute(() -> context.channel().config().setAutoRead(true));
      }
    }

    private void refuse(ChannelHandlerContext context, String why) {
      refused = true;
      transport.problem(
          "closed a connection from " + context.channel().remoteAddress() + ": " + why);
      context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
