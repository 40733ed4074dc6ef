package io.concordkv.server.rpc;

import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Reads requests. What is too large or no message at all is refused with the very status that a
/// server written in Go would give, which grpc-java's own checks do not.
///
/// The strings of a message stay where they are in the array that was received: nothing is copied.
final class Inbound<Q> implements MethodDescriptor.Marshaller<Received<Q>> {
  /// A message so many times too large is cut off before it is complete, by grpc-java and with its
  /// own text: who sends it must not make us hold it.
  static final int HARD_LIMIT_FACTOR = 8;

  private static final Status MALFORMED =
      Status.INTERNAL.withDescription(
          "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data");

  private final Parser<Q> parser;
  private final int limitBytes;

  Inbound(Parser<Q> parser, int limitBytes) {
    this.parser = parser;
    this.limitBytes = limitBytes;
  }

  @Override
  public Received<Q> parse(InputStream stream) {
    byte[] bytes;
    try {
      if (stream instanceof KnownLength) {
        int length = stream.available();
        if (length > limitBytes) {
          return tooLarge(length);
        }
        bytes = new byte[length];
        stream.readNBytes(bytes, 0, length);
      } else {
        bytes = stream.readNBytes(limitBytes + 1);
        if (bytes.length > limitBytes) {
          return tooLarge(bytes.length);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return parse(bytes);
  }

  private Received<Q> parse(byte[] bytes) {
    try {
      var input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      var message = parser.parseFrom(input, ExtensionRegistryLite.getEmptyRegistry());
      input.checkLastTagWas(0);
      return new Received.Message<>(message, bytes.length);
    } catch (InvalidProtocolBufferException e) {
      return new Received.Refused<>(MALFORMED);
    }
  }

  private Received<Q> tooLarge(int length) {
    return new Received.Refused<>(
        Status.RESOURCE_EXHAUSTED.withDescription(
            "grpc: received message larger than max (" + length + " vs. " + limitBytes + ")"));
  }

  /// A server sends no requests.
  @Override
  public InputStream stream(Received<Q> value) {
    throw new UnsupportedOperationException();
  }
}
