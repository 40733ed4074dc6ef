package io.concordkv.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.PeerTransport;
import io.concordkv.transport.peer.PeerTransportContract;
import io.concordkv.transport.peer.Roster;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TcpTransportIT extends PeerTransportContract {
  TcpTransportIT() {
    super(TcpWire::new);
  }

  @Test
  void a_damaged_frame_closes_the_connection_and_nothing_behind_it_is_delivered() throws Exception {
    try (var third = open(3, 42, anyPort());
        var socket = new Socket()) {
      var got = new ArrayList<Bytes>();
      third.onFrame((_, frame) -> got.add(frame.payload()));
      socket.connect(third.localAddress());
      var bad = encoded("bad").toArray();
      bad[bad.length - 1] ^= 1;
      var sent =
          Handshake.write(new Handshake.Hello(Handshake.VERSION, Lane.DATA, 42, 8, 3, 0, ""))
              .plus(encoded("good"))
              .plus(Bytes.wrap(bad))
              .plus(encoded("never seen"));
      socket.getOutputStream().write(sent.toArray());
      var answer = Bytes.wrap(socket.getInputStream().readNBytes(Handshake.ANSWER_BYTES));
      assertThat(Handshake.readAnswer(answer)).isEqualTo(Handshake.Answer.WELCOME);
      loop.runUntil(() -> hasProblem("checksum"));
      loop.runUntil(() -> !got.isEmpty());
      assertThat(got).isEqualTo(List.of(Bytes.of("good")));
    }
  }

  @Test
  void whoever_speaks_something_else_is_shown_the_door() throws Exception {
    try (var third = open(3, 42, anyPort());
        var socket = new Socket()) {
      socket.connect(third.localAddress());
      socket
          .getOutputStream()
          .write("PUT / HTTP/1.1\r\nHost: nobody.example\r\n\r\n".repeat(9).getBytes(UTF_8));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      loop.runUntil(() -> hasProblem("does not speak"));
    }
  }

  @Test
  void the_members_can_be_asked_for_by_http() throws Exception {
    try (var third = open(3, 42, anyPort())) {
      third.roster(
          new Roster(
              new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), new Roster.Page(42, "[{}]")));
      assertThat(get(third, "/members"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("X-Etcd-Cluster-Id: 2a\r\n")
          .endsWith("\r\n\r\n[{}]\n");
      assertThat(get(third, "/")).startsWith("HTTP/1.1 404 Not Found\r\n");
    }
  }

  private static String get(PeerTransport from, String path) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(from.localAddress());
      socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\n\r\n").getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  /// A link that is as slow as can be: the peer takes no byte of data and snapshots at all. What is
  /// then sent on the control lane arrives all the same, without gaps.
  @Test
  void heartbeats_flow_while_data_and_snapshots_are_stuck() throws Exception {
    try (var listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      addresses.clear();
      addresses.put(2L, (InetSocketAddress) listener.getLocalSocketAddress());
      try (var sender = open(3, 42, anyPort())) {
        var sockets = welcome(listener);
        loop.runUntil(() -> sender.connected(2));
        var chunk = Bytes.wrap(new byte[64 << 10]);
        var control = new DataInputStream(socket(sockets, Lane.CONTROL).getInputStream());
        for (int beat = 0; beat < 200; beat++) {
          for (int i = 0; i < 10; i++) {
            sender.send(2, new Frame(Lane.BULK, 1, 1, chunk));
            sender.send(2, new Frame(Lane.DATA, 1, 1, chunk));
          }
          var heartbeat = new Frame(Lane.CONTROL, beat, 2, Bytes.EMPTY);
          sender.send(2, heartbeat);
          var bytes = Bytes.wrap(control.readNBytes(FrameCodec.encodedBytes(heartbeat)));
          assertThat(FrameCodec.decode(bytes)).isEqualTo(heartbeat);
        }
        for (var socket : sockets.values()) {
          socket.close();
        }
      }
    }
  }

  /// Accepts one connection for each lane and reads nothing but the hello.
  private static Map<Lane, Socket> welcome(ServerSocket listener) throws IOException {
    var sockets = new EnumMap<Lane, Socket>(Lane.class);
    while (sockets.size() < Lane.values().length) {
      var socket = listener.accept();
      var hello = new DataInputStream(socket.getInputStream()).readNBytes(Handshake.HELLO_BYTES);
      sockets.put(Objects.requireNonNull(Lane.of(hello[6])), socket);
      socket.getOutputStream().write(Handshake.write(Handshake.Answer.WELCOME).toArray());
    }
    return sockets;
  }

  private static Socket socket(Map<Lane, Socket> sockets, Lane lane) {
    return Objects.requireNonNull(sockets.get(lane));
  }

  private static Bytes encoded(String payload) {
    return FrameCodec.encode(new Frame(Lane.DATA, 1, 1, Bytes.of(payload)));
  }
}
