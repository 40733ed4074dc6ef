package io.concordkv.server;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// gRPC and plain HTTP on the same port: the first bytes of a connection tell which it is.
///
/// This is the only file that uses classes of grpc-java which are not its API.
final class OnePort {
  /// How every HTTP/2 connection begins, and no HTTP/1.1 request does.
  private static final byte[] HTTP_2 = {'P', 'R', 'I'};

  /// Who connects and says nothing for so long is cut off.
  private static final int SILENCE_SECONDS = 60;

  private static final int REQUEST_BODY_BYTES = 64 * 1024;

  private OnePort() {}

  /// `http` makes what answers the requests of one HTTP/1.1 connection.
  static ServerCredentials credentials(Supplier<ChannelHandler> http) {
    var http2 = InternalProtocolNegotiators.serverPlaintext();
    return InternalNettyServerCredentials.create(
        new InternalProtocolNegotiator.ProtocolNegotiator() {
          @Override
          public AsciiString scheme() {
            return http2.scheme();
          }

          @Override
          public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
            return new FirstBytes(() -> http2.newHandler(grpc), http);
          }

          @Override
          public void close() {
            http2.close();
          }
        });
  }

  /// Waits until the protocol is known, puts its handlers in place and goes.
  private static final class FirstBytes extends ByteToMessageDecoder {
    private final Supplier<ChannelHandler> http2;
    private final Supplier<ChannelHandler> http;

    /// grpc-java announces the connection before a byte has come; its handler is told later.
    private final List<Object> announced = new ArrayList<>();

    private @Nullable Future<?> silence;

    FirstBytes(Supplier<ChannelHandler> http2, Supplier<ChannelHandler> http) {
      this.http2 = http2;
      this.http = http;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      silence =
          context
              .executor()
              .schedule(
                  () -> {
                    var _ = context.close();
                  },
                  SILENCE_SECONDS,
                  TimeUnit.SECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
      if (silence != null) {
        silence.cancel(false);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      announced.add(event);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      int known = Math.min(in.readableBytes(), HTTP_2.length);
      for (int i = 0; i < known; i++) {
        if (in.getByte(in.readerIndex() + i) != HTTP_2[i]) {
          become(context, new HttpServerCodec());
          return;
        }
      }
      if (known == HTTP_2.length) {
        become(context, http2.get());
      }
    }

    private void become(ChannelHandlerContext context, ChannelHandler first) {
      var pipeline = context.pipeline();
      pipeline.addAfter(context.name(), "protocol", first);
      if (first instanceof HttpServerCodec) {
        pipeline.addAfter("protocol", "aggregator", new HttpObjectAggregator(REQUEST_BODY_BYTES));
        pipeline.addAfter("aggregator", "silence", new ReadTimeoutHandler(SILENCE_SECONDS));
        pipeline.addAfter("silence", "http", http.get());
      } else {
        announced.forEach(context::fireUserEventTriggered);
      }
      pipeline.remove(this);
    }
  }
}
