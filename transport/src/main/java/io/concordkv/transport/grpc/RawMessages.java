package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The one method of the peers' service, whose messages are bytes as they are.
final class RawMessages implements MethodDescriptor.Marshaller<Bytes> {
  static final MethodDescriptor<Bytes, Bytes> CARRY =
      MethodDescriptor.<Bytes, Bytes>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName("concordkv.peer.v1.Frames", "Carry"))
          .setRequestMarshaller(new RawMessages())
          .setResponseMarshaller(new RawMessages())
          .build();

  private RawMessages() {}

  @Override
  public InputStream stream(Bytes message) {
    return new Whole(message);
  }

  @Override
  public Bytes parse(InputStream stream) {
    try {
      return Bytes.wrap(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Tells gRPC its length, so that nothing is buffered twice.
  private static final class Whole extends ByteArrayInputStream implements KnownLength {
    Whole(Bytes message) {
      super(message.sharedArray(), message.sharedOffset(), message.length());
    }
  }
}
