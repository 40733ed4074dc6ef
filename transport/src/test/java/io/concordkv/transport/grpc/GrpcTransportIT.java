package io.concordkv.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.PeerTransportContract;
import io.concordkv.transport.peer.Roster;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class GrpcTransportIT extends PeerTransportContract {
  GrpcTransportIT() {
    super(GrpcWire::new);
  }

  /// Sends `messages` in one call to node 3 and returns how the call ended, once node 3 has handed
  /// over `expected`.
  private Status say(List<Bytes> messages, List<Bytes> expected) {
    try (var third = open(3, 42, anyPort())) {
      var got = new ArrayList<Bytes>();
      third.onFrame((_, frame) -> got.add(frame.payload()));
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(third.localAddress()).usePlaintext().build();
      try {
        var call = channel.newCall(RawMessages.CARRY, CallOptions.DEFAULT);
        var closed = new CompletableFuture<Status>();
        call.start(
            new ClientCall.Listener<Bytes>() {
              @Override
              public void onClose(Status status, Metadata trailers) {
                closed.complete(status);
              }
            },
            new Metadata());
        call.request(1);
        messages.forEach(call::sendMessage);
        loop.runUntil(() -> got.equals(expected));
        return closed.orTimeout(60, TimeUnit.SECONDS).join();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static Bytes hello() {
    return Handshake.write(new Handshake.Hello(Handshake.VERSION, Lane.DATA, 42, 8, 3, 0, ""));
  }

  private static Bytes encoded(String payload) {
    return FrameCodec.encode(new Frame(Lane.DATA, 1, 1, Bytes.of(payload)));
  }

  @Test
  void a_message_holds_one_frame_or_more() {
    var half = encoded("half").slice(0, 10);
    var status =
        say(
            List.of(hello(), encoded("one").plus(encoded("two")), encoded("three"), half),
            List.of(Bytes.of("one"), Bytes.of("two"), Bytes.of("three")));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(hasProblem("ends within a frame")).isTrue();
  }

  @Test
  void the_members_can_be_asked_for_by_a_call() throws IOException {
    try (var third = open(3, 42, anyPort())) {
      var page = new Roster.Page(42, "[{}]");
      third.roster(new Roster(new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), page));
      assertThat(GrpcMembers.ask(third.localAddress(), Duration.ofSeconds(60))).isEqualTo(page);
    }
    var nobody = freeAddress();
    assertThatThrownBy(() -> GrpcMembers.ask(nobody, Duration.ofSeconds(60)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_damaged_frame_ends_the_call_and_nothing_behind_it_is_delivered() {
    var bad = encoded("bad").toArray();
    bad[bad.length - 1] ^= 1;
    var status =
        say(
            List.of(hello(), encoded("good").plus(Bytes.wrap(bad)), encoded("never seen")),
            List.of(Bytes.of("good")));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(hasProblem("checksum")).isTrue();
  }

  @Test
  void whoever_says_no_hello_is_shown_the_door() {
    var status = say(List.of(encoded("good day")), List.of());
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(hasProblem("does not speak")).isTrue();
  }
}
