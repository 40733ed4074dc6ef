package io.concordkv.transport.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Transport;
import io.concordkv.transport.TransportContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/// What every transport over a network promises beyond the rest.
public abstract class PeerTransportContract extends TransportContract {
  protected final TreeMap<Long, InetSocketAddress> addresses = new TreeMap<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  private final Wire.Maker wire;

  protected PeerTransportContract(Wire.Maker wire) {
    this.wire = wire;
    addresses.put(1L, freeAddress());
    addresses.put(2L, freeAddress());
  }

  @Override
  protected Transport open(long node) {
    return open(node, 42, address(node));
  }

  /// A node that listens at a port of its own.
  protected PeerTransport open(long node, long cluster, InetSocketAddress listen) {
    return PeerTransport.open(
        loop,
        new PeerConfig(
            node,
            cluster,
            node * 100,
            "",
            List.of(listen),
            addresses,
            8 << 20,
            QUEUE_FRAMES,
            16 << 20,
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            Duration.ofSeconds(3),
            new SplittableRandom(node),
            problems::add),
        wire);
  }

  protected InetSocketAddress address(long node) {
    return Objects.requireNonNull(addresses.get(node));
  }

  protected static InetSocketAddress freeAddress() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  protected static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  protected boolean hasProblem(String part) {
    return problems.stream().anyMatch(problem -> problem.contains(part));
  }

  @Test
  void a_node_of_another_cluster_is_refused_and_both_sides_say_so() {
    try (var stranger = open(3, 43, anyPort())) {
      loop.runUntil(() -> hasProblem("OTHER_CLUSTER") && hasProblem("another cluster"));
      assertThat(stranger.connected(1)).isFalse();
    }
  }

  @Test
  void an_address_at_which_another_node_listens_is_refused() {
    addresses.put(9L, address(1));
    try (var misled = open(3, 42, anyPort())) {
      loop.runUntil(() -> misled.connected(1) && hasProblem("another node listens"));
      assertThat(misled.connected(9)).isFalse();
    }
  }

  @Test
  void a_peer_can_be_added_and_removed() {
    try (var third = open(3, 42, anyPort())) {
      var got = new ArrayList<Frame>();
      third.onFrame((_, frame) -> got.add(frame));
      addresses.put(3L, third.localAddress());
      try (var fourth = open(4, 42, anyPort())) {
        loop.runUntil(() -> fourth.connected(3));
        fourth.roster(removed(3));
        loop.runUntil(() -> !fourth.connected(3));
        fourth.roster(Roster.of(addresses));
        loop.runUntil(() -> fourth.connected(3));
        fourth.send(3, new Frame(Lane.DATA, 1, 1, Bytes.of("again")));
        loop.runUntil(() -> !got.isEmpty());
        assertThat(got.getFirst().payload()).isEqualTo(Bytes.of("again"));
      }
    }
  }

  @Test
  void who_was_removed_is_told_so_even_while_it_is_connected() {
    var why = new ArrayList<PeerTransport.Expulsion>();
    try (var third = open(3, 42, anyPort())) {
      addresses.put(3L, third.localAddress());
      try (var fourth = open(4, 42, anyPort())) {
        fourth.onExpelled(why::add);
        loop.runUntil(() -> fourth.connected(3));
        third.roster(removed(4));
        loop.runUntil(() -> !why.isEmpty());
        assertThat(why).containsOnly(PeerTransport.Expulsion.REMOVED);
        loop.runUntil(() -> !fourth.connected(3));
      }
    }
  }

  @Test
  void who_has_lost_its_data_is_refused() {
    var why = new ArrayList<PeerTransport.Expulsion>();
    try (var third = open(3, 42, anyPort())) {
      addresses.put(3L, third.localAddress());
      var births = new TreeMap<Long, Long>();
      births.put(4L, 400L);
      births.put(5L, 5L);
      third.roster(new Roster(new TreeMap<>(), births, new TreeSet<>(), new Roster.Page(42, "[]")));
      try (var fourth = open(4, 42, anyPort());
          var fifth = open(5, 42, anyPort())) {
        fifth.onExpelled(why::add);
        loop.runUntil(() -> fourth.connected(3) && !why.isEmpty());
        assertThat(why).containsOnly(PeerTransport.Expulsion.LOST_ITS_DATA);
        assertThat(fifth.connected(3)).isFalse();
      }
    }
  }

  @Test
  void a_peer_that_is_not_known_says_where_it_is_and_is_answered_there() {
    try (var third = open(3, 42, anyPort())) {
      var known = new TreeMap<Long, InetSocketAddress>();
      known.put(3L, third.localAddress());
      var listen = freeAddress();
      var stranger =
          PeerConfig.of(
              7,
              42,
              1,
              "127.0.0.1:" + listen.getPort(),
              List.of(anyPort(), listen),
              new SplittableRandom(7),
              _ -> {});
      try (var seventh = PeerTransport.open(loop, stranger, wire)) {
        seventh.roster(Roster.of(known));
        loop.runUntil(() -> third.connected(7));
      }
    }
  }

  @Test
  void a_node_is_reached_at_every_address_that_it_listens_at() {
    var second = freeAddress();
    var config =
        PeerConfig.of(
            7, 42, 1, "", List.of(freeAddress(), second), new SplittableRandom(7), _ -> {});
    try (var seventh = PeerTransport.open(loop, config, wire)) {
      addresses.put(7L, second);
      try (var caller = open(3, 42, anyPort())) {
        loop.runUntil(() -> caller.connected(7));
      }
      addresses.put(7L, seventh.localAddress());
      try (var caller = open(4, 42, anyPort())) {
        loop.runUntil(() -> caller.connected(7));
      }
    }
  }

  private static Roster removed(long id) {
    var removed = new TreeSet<Long>();
    removed.add(id);
    return new Roster(new TreeMap<>(), new TreeMap<>(), removed, new Roster.Page(42, "[]"));
  }

  @Test
  void a_name_is_resolved_when_it_is_dialed() {
    addresses.put(1L, InetSocketAddress.createUnresolved("localhost", address(1).getPort()));
    try (var caller = open(3, 42, anyPort())) {
      loop.runUntil(() -> caller.connected(1));
    }
  }

  @Test
  void a_port_that_is_taken_is_a_clear_error() {
    assertThatThrownBy(() -> open(3, 42, address(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot listen for peers");
  }
}
