package io.concordkv.transport.tcp;

import io.concordkv.base.Bytes;
import io.concordkv.transport.peer.Accepted;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Incoming;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads one accepted connection: a hello, then frames.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
final class TcpIncoming extends ByteToMessageDecoder implements Incoming.Source {
  /// Where a hello says how long the address is in it.
  private static final int ADDRESS_LENGTH = 39;

  private final Channel channel;
  private @Nullable Incoming incoming;
  private boolean greeted;
  private boolean over;

  private TcpIncoming(Channel channel) {
    this.channel = channel;
  }

  static void start(Channel channel, Accepted accepted) {
    var source = new TcpIncoming(channel);
    source.incoming = accepted.admit(source);
    if (source.incoming == null) {
      channel.close();
    } else {
      channel.pipeline().addLast(source);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    var to = incoming;
    if (over || to == null) {
      in.skipBytes(in.readableBytes());
    } else if (greeted) {
      var bytes = in.internalNioBuffer(in.readerIndex(), in.readableBytes());
      int before = bytes.position();
      to.read(bytes);
      in.skipBytes(bytes.position() - before);
    } else if (MembersPage.asked(in)) {
      page(context, to, in);
    } else if (in.readableBytes() >= Handshake.HELLO_BYTES) {
      int bytes = Handshake.helloBytes(in.getUnsignedByte(in.readerIndex() + ADDRESS_LENGTH));
      if (in.readableBytes() >= bytes) {
        var words = new byte[bytes];
        in.readBytes(words);
        greet(context, to, Bytes.wrap(words));
      }
    }
  }

  private void page(ChannelHandlerContext context, Incoming to, ByteBuf in) {
    var path = MembersPage.path(in);
    if (path != null) {
      over = true;
      context
          .writeAndFlush(Unpooled.wrappedBuffer(MembersPage.answer(path, to.page())))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void greet(ChannelHandlerContext context, Incoming to, Bytes words) {
    var answer = to.greet(words);
    greeted = answer == Handshake.Answer.WELCOME;
    over |= !greeted;
    if (answer != null) {
      var reply = Unpooled.wrappedBuffer(Handshake.write(answer).toByteBuffer());
      var sent = context.writeAndFlush(reply);
      if (!greeted) {
        sent.addListener(ChannelFutureListener.CLOSE);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    super.channelReadComplete(context);
    if (incoming != null) {
      incoming.handOver();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    if (incoming != null) {
      incoming.handOver();
      incoming.gone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void close() {
    over = true;
    channel.close();
  }

  @Override
  public void pause(boolean paused) {
    channel.config().setAutoRead(!paused);
  }

  @Override
  public String remote() {
    return String.valueOf(channel.remoteAddress());
  }
}
