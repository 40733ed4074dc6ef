package io.concordkv.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.grpc.KnownLength;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class InboundTest {
  private static final int LIMIT = 100;

  private final Inbound<PutRequest> inbound = new Inbound<>(PutRequest.parser(), LIMIT);

  @Test
  void a_message_is_read_with_its_size() {
    var put = put(10);
    assertThat(inbound.parse(new Whole(put)))
        .isEqualTo(new Received.Message<>(parsed(put), put.length));
  }

  @Test
  void a_message_at_the_limit_is_read_and_one_above_it_refused() {
    assertThat(inbound.parse(new Whole(put(LIMIT - 5)))).isInstanceOf(Received.Message.class);
    refused(
        Status.Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (101 vs. 100)",
        inbound.parse(new Whole(put(LIMIT - 4))));
  }

  @Test
  void a_stream_of_unknown_length_is_read_no_further_than_the_limit() {
    var compressed = new ByteArrayInputStream(put(1000));
    refused(
        Status.Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (101 vs. 100)",
        inbound.parse(compressed));
    assertThat(inbound.parse(new ByteArrayInputStream(put(10))))
        .isInstanceOf(Received.Message.class);
  }

  @Test
  void half_a_field_is_no_message() {
    var put = put(10);
    refused(
        Status.Code.INTERNAL,
        "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data",
        inbound.parse(new Whole(Arrays.copyOf(put, put.length - 1))));
  }

  private static void refused(Status.Code code, String text, Received<PutRequest> received) {
    assertThat(received)
        .isInstanceOfSatisfying(
            Received.Refused.class,
            refused -> {
              assertThat(refused.why().getCode()).isEqualTo(code);
              assertThat(refused.why().getDescription()).isEqualTo(text);
            });
  }

  /// A put of a value of that many bytes: five bytes larger.
  private static byte[] put(int value) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("k"))
        .setValue(ByteString.copyFrom(new byte[value]))
        .build()
        .toByteArray();
  }

  private static PutRequest parsed(byte[] put) {
    try {
      return PutRequest.parseFrom(put);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /// As grpc-java hands over what was not compressed.
  private static final class Whole extends ByteArrayInputStream implements KnownLength {
    Whole(byte[] bytes) {
      super(bytes);
    }
  }
}
