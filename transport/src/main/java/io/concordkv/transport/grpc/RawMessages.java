package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The methods of the peers' service, whose messages are bytes as they are.
final class RawMessages implements MethodDescriptor.Marshaller<Bytes> {
  static final MethodDescriptor<Bytes, Bytes> CARRY =
      method("Carry", MethodDescriptor.MethodType.BIDI_STREAMING);

  /// An empty message is answered with the cluster's id (8 bytes) and the list of members in JSON.
  static final MethodDescriptor<Bytes, Bytes> MEMBERS =
      method("Members", MethodDescriptor.MethodType.UNARY);

  private RawMessages() {}

  private static MethodDescriptor<Bytes, Bytes> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<Bytes, Bytes>newBuilder()
        .setType(type)
        .setFullMethodName(
            MethodDescriptor.generateFullMethodName("concordkv.peer.v1.Frames", name))
        .setRequestMarshaller(new RawMessages())
        .setResponseMarshaller(new RawMessages())
        .build();
  }

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
