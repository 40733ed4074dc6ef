package io.concordkv.transport.tcp;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Line;
import io.concordkv.transport.peer.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.List;

/// Says hello, waits for the answer, and reads nothing after it.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
final class TcpLine extends ByteToMessageDecoder implements Line {
  private final Channel channel;
  private final Handshake.Hello hello;
  private final Events events;
  private boolean opened;
  private boolean closedHere;
  private String problem = "";

  private TcpLine(Channel channel, Handshake.Hello hello, Events events) {
    this.channel = channel;
    this.hello = hello;
    this.events = events;
  }

  static Line dial(
      Bootstrap bootstrap,
      Sockets sockets,
      InetSocketAddress address,
      Handshake.Hello hello,
      Events events) {
    var made = bootstrap.handler(new ChannelInboundHandlerAdapter()).register();
    var line = new TcpLine(made.channel(), hello, events);
    if (made.cause() == null) {
      made.channel().pipeline().addLast(line);
      made.channel().connect(address).addListener((ChannelFuture dialed) -> line.dialed(dialed));
    } else {
      sockets.thread().execute(() -> line.dialed(made));
    }
    return line;
  }

  private void dialed(ChannelFuture dialed) {
    if (!dialed.isSuccess()) {
      events.ended(false, closedHere ? "" : "cannot connect: " + dialed.cause().getMessage());
    }
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void write(List<Frame> frames, int bytes, Runnable gone) {
    var out = channel.alloc().directBuffer(bytes);
    for (var frame : frames) {
      int length = FrameCodec.encodedBytes(frame);
      FrameCodec.encode(frame, out.internalNioBuffer(out.writerIndex(), length));
      out.writerIndex(out.writerIndex() + length);
    }
    channel.write(out).addListener(_ -> gone.run());
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void close() {
    closedHere = true;
    if (channel.isRegistered()) {
      channel.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(Unpooled.wrappedBuffer(Handshake.write(hello).toByteBuffer()));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (opened || closedHere) {
      in.skipBytes(in.readableBytes());
    } else if (in.readableBytes() >= Handshake.ANSWER_BYTES) {
      var words = new byte[Handshake.ANSWER_BYTES];
      in.readBytes(words);
      var answer = Handshake.readAnswer(Bytes.wrap(words));
      if (answer == Handshake.Answer.WELCOME) {
        opened = true;
        events.opened();
      } else {
        problem = Handshake.refusal(answer);
        events.refused(answer);
        context.close();
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (opened) {
      events.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    events.ended(opened && !closedHere && problem.isEmpty(), closedHere ? "" : problem);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!Sockets.brokenByPeer(cause)) {
      problem = "connection failed: " + cause.getMessage();
    }
    context.close();
  }
}
