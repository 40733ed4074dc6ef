package io.concordkv.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Transport;
import io.concordkv.transport.TransportContract;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

final class TcpTransportIT extends TransportContract {
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  private final TreeMap<Long, InetSocketAddress> addresses = new TreeMap<>();

  TcpTransportIT() {
    addresses.put(1L, freeAddress());
    addresses.put(2L, freeAddress());
  }

  @Override
  protected Transport open(long node) {
    return TcpTransport.open(loop, config(node, 42, address(node)));
  }

  private TcpConfig config(long node, long cluster, InetSocketAddress listen) {
    return new TcpConfig(
        node,
        cluster,
        listen,
        addresses,
        8 << 20,
        QUEUE_FRAMES,
        16 << 20,
        Duration.ofMillis(5),
        Duration.ofMillis(50),
        Duration.ofSeconds(3),
        new SplittableRandom(node),
        problems::add);
  }

  private InetSocketAddress address(long node) {
    return Objects.requireNonNull(addresses.get(node));
  }

  private static InetSocketAddress freeAddress() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private boolean hasProblem(String part) {
    return problems.stream().anyMatch(problem -> problem.contains(part));
  }

  @Test
  void a_node_of_another_cluster_is_refused_and_both_sides_say_so() {
    try (var stranger = TcpTransport.open(loop, config(3, 43, anyPort()))) {
      loop.runUntil(() -> hasProblem("OTHER_CLUSTER") && hasProblem("another cluster"));
      assertThat(stranger.connected(1)).isFalse();
    }
  }

  @Test
  void an_address_at_which_another_node_listens_is_refused() {
    addresses.put(9L, address(1));
    try (var misled = TcpTransport.open(loop, config(3, 42, anyPort()))) {
      loop.runUntil(() -> misled.connected(1) && hasProblem("another node listens"));
      assertThat(misled.connected(9)).isFalse();
    }
  }

  @Test
  void a_peer_can_be_added_and_removed() {
    try (var third = TcpTransport.open(loop, config(3, 42, anyPort()))) {
      var got = new ArrayList<Frame>();
      third.onFrame((_, frame) -> got.add(frame));
      addresses.put(3L, third.localAddress());
      try (var fourth = TcpTransport.open(loop, config(4, 42, anyPort()))) {
        loop.runUntil(() -> fourth.connected(3));
        fourth.peers(new TreeMap<>());
        loop.runUntil(() -> !fourth.connected(3));
        fourth.peers(addresses);
        loop.runUntil(() -> fourth.connected(3));
        fourth.send(3, new Frame(Lane.DATA, 1, 1, Bytes.of("again")));
        loop.runUntil(() -> !got.isEmpty());
        assertThat(got.getFirst().payload()).isEqualTo(Bytes.of("again"));
      }
    }
  }

  @Test
  void a_name_is_resolved_when_it_is_dialed() {
    addresses.put(1L, InetSocketAddress.createUnresolved("localhost", address(1).getPort()));
    try (var caller = TcpTransport.open(loop, config(3, 42, anyPort()))) {
      loop.runUntil(() -> caller.connected(1));
    }
  }

  @Test
  void a_lost_connection_is_reported_on_the_loop() {
    var lost = new ArrayList<Long>();
    try (var third = TcpTransport.open(loop, config(3, 42, anyPort()))) {
      addresses.put(3L, third.localAddress());
      try (var fourth = TcpTransport.open(loop, config(4, 42, anyPort()))) {
        fourth.onDisconnect(lost::add);
        loop.runUntil(() -> fourth.connected(3));
        third.close();
        loop.runUntil(() -> !lost.isEmpty());
        assertThat(lost).containsOnly(3L);
      }
    }
  }

  @Test
  void a_damaged_frame_closes_the_connection_and_nothing_behind_it_is_delivered() throws Exception {
    try (var third = TcpTransport.open(loop, config(3, 42, anyPort()));
        var socket = new Socket()) {
      var got = new ArrayList<Bytes>();
      third.onFrame((_, frame) -> got.add(frame.payload()));
      socket.connect(third.localAddress());
      var out = Unpooled.buffer();
      Handshake.writeHello(out, new Handshake.Hello(1, Lane.DATA, 42, 8, 3));
      out.writeBytes(encoded("good"));
      var bad = encoded("bad");
      bad[bad.length - 1] ^= 1;
      out.writeBytes(bad);
      out.writeBytes(encoded("never seen"));
      out.readBytes(socket.getOutputStream(), out.readableBytes());
      var answer = Unpooled.wrappedBuffer(socket.getInputStream().readAllBytes());
      assertThat(Handshake.readAnswer(answer)).isEqualTo(Handshake.Answer.WELCOME);
      loop.runUntil(() -> hasProblem("checksum"));
      loop.runUntil(() -> !got.isEmpty());
      assertThat(got).isEqualTo(List.of(Bytes.of("good")));
    }
  }

  @Test
  void whoever_speaks_something_else_is_shown_the_door() throws Exception {
    try (var third = TcpTransport.open(loop, config(3, 42, anyPort()));
        var socket = new Socket()) {
      socket.connect(third.localAddress());
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n".getBytes(UTF_8));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      loop.runUntil(() -> hasProblem("does not speak"));
    }
  }

  @Test
  void a_port_that_is_taken_is_a_clear_error() {
    assertThatThrownBy(() -> TcpTransport.open(loop, config(3, 42, address(1))))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot listen for peers");
  }

  private static byte[] encoded(String payload) {
    return FrameCodec.encode(new Frame(Lane.DATA, 1, 1, Bytes.of(payload))).toArray();
  }
}
