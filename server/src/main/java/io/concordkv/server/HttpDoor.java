package io.concordkv.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/// One HTTP/1.1 connection: hands requests to [HttpPaths], one after the other, and writes what
/// comes back. Nothing more is read while one is being answered.
final class HttpDoor extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final HttpPaths paths;

  /// What came in one read with the request that is being answered.
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();

  private boolean answering;

  HttpDoor(HttpPaths paths) {
    this.paths = paths;
  }

  private record Request(HttpMethod method, String uri, boolean keepAlive) {}

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      var refused = HttpAnswer.error(HttpResponseStatus.BAD_REQUEST.code(), "400 Bad Request");
      write(context, new Request(request.method(), request.uri(), false), refused);
      return;
    }
    waiting.add(new Request(request.method(), request.uri(), HttpUtil.isKeepAlive(request)));
    if (!answering) {
      next(context);
    }
  }

  private void next(ChannelHandlerContext context) {
    var request = waiting.poll();
    answering = request != null;
    context.channel().config().setAutoRead(!answering);
    if (request != null) {
      paths.answer(
          request.method.name(),
          request.uri,
          answer ->
              context
                  .executor()
                  .execute(() -> {
                    write(context, request, answer);
                    next(context);
                  }));
    }
  }

  private static void write(ChannelHandlerContext context, Request request, HttpAnswer answer) {
    var body = answer.body().getBytes(StandardCharsets.UTF_8);
    boolean head = request.method.equals(HttpMethod.HEAD);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    answer.headers().forEach(response.headers()::set);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    HttpUtil.setKeepAlive(response, request.keepAlive);
    var written = context.writeAndFlush(response);
    if (!request.keepAlive) {
      var _ = written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }
}
