package io.concordkv.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.command.Standing;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.LeaseGrantRequest;
import io.concordkv.proto.etcdserverpb.LeaseGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.PutResponse;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One method behind a real connection: what every client sees of the way in and out.
final class UnaryIT {
  private static final int LIMIT = 1000;

  private final List<Consumer<Boolean>> observers = new ArrayList<>();
  private final Server server = server(new LeaderRule(observers::add));
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void a_request_is_answered() {
    assertThat(stub().put(value(1))).isEqualTo(PutResponse.getDefaultInstance());
  }

  @Test
  void a_refusal_has_the_code_and_text_that_clients_know_and_no_detail() {
    refused(
        "INVALID_ARGUMENT: etcdserver: key is not provided",
        () -> stub().put(PutRequest.getDefaultInstance()));
  }

  @Test
  void a_message_above_the_limit_is_refused_with_its_size() {
    assertThat(stub().put(value(LIMIT - 6))).isNotNull();
    refused(
        "RESOURCE_EXHAUSTED: grpc: received message larger than max (1001 vs. 1000)",
        () -> stub().put(value(LIMIT - 5)));
    refused(
        "RESOURCE_EXHAUSTED: grpc: received message larger than max (7006 vs. 1000)",
        () -> stub().put(value(7 * LIMIT)));
  }

  @Test
  void a_message_far_above_the_limit_is_cut_off_but_the_connection_lives() {
    assertThatThrownBy(() -> stub().put(value(LIMIT * Inbound.HARD_LIMIT_FACTOR)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("RESOURCE_EXHAUSTED: ");
    assertThat(stub().put(value(1))).isNotNull();
  }

  @Test
  void an_unknown_method_and_an_unknown_service_are_told_apart() {
    refused(
        "UNIMPLEMENTED: unknown method Range for service etcdserverpb.KV",
        () -> stub().range(RangeRequest.getDefaultInstance()));
    refused(
        "UNIMPLEMENTED: unknown service etcdserverpb.Lease",
        () ->
            LeaseGrpc.newBlockingStub(channel).leaseGrant(LeaseGrantRequest.getDefaultInstance()));
  }

  @Test
  void who_asks_for_a_leader_is_not_served_without_one() {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    var asking = stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    refused("UNAVAILABLE: etcdserver: no leader", () -> asking.put(value(1)));
    assertThat(stub().put(value(1))).isNotNull();
    observers.forEach(observer -> observer.accept(true));
    assertThat(asking.put(value(1))).isNotNull();
  }

  private KVGrpc.KVBlockingStub stub() {
    return KVGrpc.newBlockingStub(channel);
  }

  private static void refused(String status, Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class).hasMessage(status);
  }

  /// A put of a value of so many bytes.
  private static PutRequest value(int bytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("k"))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static Server server(LeaderRule rule) {
    var service =
        new ServiceBuilder(
                KVGrpc.SERVICE_NAME,
                rule,
                new StandingRule(observer -> observer.accept(Standing.VOTER)),
                LIMIT)
            .unary(KVGrpc.getPutMethod(), PutRequest.parser(), UnaryIT::put)
            .build();
    try {
      return NettyServerBuilder.forPort(0)
          .directExecutor()
          .addService(service)
          .maxInboundMessageSize(LIMIT * Inbound.HARD_LIMIT_FACTOR)
          .fallbackHandlerRegistry(new UnknownMethods(Set.of(KVGrpc.SERVICE_NAME)))
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(PutRequest request, UnaryCall<PutResponse> call) {
    if (request.getKey().isEmpty()) {
      throw new ConcordException(ErrorCode.KEY_EMPTY, "a detail for a person");
    }
    call.answer(PutResponse.getDefaultInstance());
  }
}
