package io.concordkv.server.recorded;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A call of any kind, as bytes: what came so far, in order, and at last how it ended.
final class ClientStream {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  /// A message, or the end.
  sealed interface Arrival {
    record Message(ByteString bytes) implements Arrival {}

    record End(Status status) implements Arrival {}
  }

  private final ClientCall<byte[], byte[]> call;
  private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

  private ClientStream(ClientCall<byte[], byte[]> call) {
    this.call = call;
  }

  static ClientStream open(
      Channel channel, String fullName, Metadata headers, CallOptions options) {
    var method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(fullName)
            .setRequestMarshaller(BYTES)
            .setResponseMarshaller(BYTES)
            .build();
    var stream = new ClientStream(channel.newCall(method, options));
    stream.call.start(stream.new Listener(), headers);
    stream.call.request(Integer.MAX_VALUE);
    return stream;
  }

  void send(byte[] message) {
    call.sendMessage(message);
  }

  void closeSend() {
    call.halfClose();
  }

  void cancel() {
    call.cancel("context canceled", null);
  }

  /// The next thing that came; null if nothing does in time.
  @Nullable Arrival next(long milliseconds) {
    try {
      return arrivals.poll(milliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private final class Listener extends ClientCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      arrivals.add(new Arrival.Message(UnsafeByteOperations.unsafeWrap(message)));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      arrivals.add(new Arrival.End(status));
    }
  }
}
