package io.concordkv.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Lane;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
  private static final int KIND = 3;
  private final Simulation simulation = new Simulation(5);
  private final SimNetwork network = new SimNetwork(simulation, (_, _, _) -> {});
  private final List<String> arrived = new ArrayList<>();
  private final Transport one = attach(1);
  private final Transport two = attach(2);
  private final Transport three = attach(3);

  @Test
  void frames_arrive_in_order_when_nothing_is_wrong() {
    send(one, 2, "a");
    send(one, 2, "b");
    settle();

    assertThat(arrived).containsExactly("1>2 a", "1>2 b");
  }

  @Test
  void a_link_that_is_cut_one_way_works_the_other_way() {
    network.add(new Trouble.Cut(Route.link(1, 2)));
    send(one, 2, "lost");
    send(two, 1, "there");
    settle();

    assertThat(arrived).containsExactly("2>1 there");
    assertThat(one.connected(2)).isFalse();
    assertThat(two.connected(1)).isTrue();
  }

  @Test
  void taking_back_one_trouble_leaves_the_others() {
    var first = new Trouble.Cut(Route.of(1));
    network.add(first);
    network.add(new Trouble.Cut(Route.link(1, 2)));
    network.remove(first);
    send(one, 2, "lost");
    send(one, 3, "there");
    settle();

    assertThat(arrived).containsExactly("1>3 there");
  }

  @Test
  void who_bridges_two_groups_speaks_to_both() {
    network.add(new Trouble.Cut(Route.between(List.of(List.of(1L, 2L), List.of(2L, 3L)))));
    send(one, 3, "lost");
    send(one, 2, "a");
    send(three, 2, "b");
    settle();

    assertThat(arrived).containsExactlyInAnyOrder("1>2 a", "3>2 b");
  }

  @Test
  void only_the_kind_that_is_not_heard_gets_lost() {
    network.add(new Trouble.Deaf(Route.ALL, List.of(KIND)));
    send(one, 2, "lost");
    one.send(2, new Frame(Lane.DATA, 1, KIND + 1, Bytes.of("there")));
    settle();

    assertThat(arrived).containsExactly("1>2 there");
  }

  @Test
  void a_clog_lets_all_go_at_once() {
    var clog = new Trouble.Clog(Route.ALL);
    network.add(clog);
    send(one, 2, "a");
    send(one, 2, "b");
    settle();
    assertThat(arrived).isEmpty();

    network.remove(clog);
    settle();
    assertThat(arrived).containsExactly("1>2 a", "1>2 b");
  }

  @Test
  void a_narrow_link_takes_its_time() {
    network.add(new Trouble.Narrow(Route.ALL, 100));
    send(one, 2, "x".repeat(182));
    simulation.runFor(Duration.ofMillis(1900));
    assertThat(arrived).isEmpty();
    simulation.runFor(Duration.ofMillis(200));

    assertThat(arrived).hasSize(1);
  }

  @Test
  void what_is_under_way_on_a_connection_that_breaks_is_lost() {
    send(one, 2, "lost");
    network.reset(Route.ALL);
    send(one, 2, "there");
    settle();

    assertThat(arrived).containsExactly("1>2 there");
  }

  @Test
  void damage_is_noticed() {
    network.add(new Trouble.Foul(Route.ALL, new Weather(0, 0, 1000, 100, 500, 0, 1, false)));
    send(one, 2, "damaged");
    settle();

    assertThat(arrived).isEmpty();
  }

  @Test
  void only_frames_of_replication_come_twice() {
    network.add(new Trouble.Foul(Route.ALL, new Weather(0, 1000, 0, 100, 500, 0, 1, true)));
    send(one, 2, "twice");
    one.send(2, new Frame(Lane.DATA, 0, ReplicaHost.FIRST_NODE_KIND, Bytes.of("once")));
    simulation.runFor(Duration.ofMinutes(4));

    assertThat(arrived).containsExactlyInAnyOrder("1>2 twice", "1>2 twice", "1>2 once");
  }

  @Test
  void an_echo_comes_right_before_a_frame_that_is_like_it() {
    send(one, 2, "old");
    settle();
    network.add(new Trouble.Echo(Route.to(2)));
    three.send(2, new Frame(Lane.DATA, 1, KIND + 1, Bytes.of("another kind")));
    send(three, 2, "new");
    settle();

    assertThat(arrived)
        .containsExactlyInAnyOrder("1>2 old", "3>2 another kind", "1>2 old", "3>2 new");
    assertThat(arrived.lastIndexOf("1>2 old")).isLessThan(arrived.indexOf("3>2 new"));
  }

  @Test
  void the_echo_of_a_part_of_a_stream_is_of_the_same_place() {
    var old = new StreamId(1, 1);
    var digest = Bytes.wrap(new byte[StreamFrame.DIGEST_BYTES]);
    one.send(2, new StreamFrame.Chunk(old, 7, Bytes.of("seven")).encode(1));
    one.send(2, new StreamFrame.Chunk(old, 8, Bytes.of("eight")).encode(1));
    settle();
    network.add(new Trouble.Echo(Route.ALL));
    three.send(2, new StreamFrame.Offer(new StreamId(2, 1), 8, Bytes.EMPTY, digest).encode(1));
    settle();

    assertThat(arrived).hasSize(4);
    assertThat(arrived.get(2)).startsWith("1>2").contains("eight");
    assertThat(arrived.get(3)).startsWith("3>2");
  }

  private Transport attach(long node) {
    var transport = network.attach(simulation.env("n" + node), node);
    transport.onFrame(
        (from, frame) -> arrived.add(from + ">" + node + " " + frame.payload().toUtf8()));
    return transport;
  }

  private static void send(Transport from, long to, String what) {
    from.send(to, new Frame(Lane.DATA, 1, KIND, Bytes.of(what)));
  }

  private void settle() {
    simulation.runFor(Duration.ofSeconds(1));
  }
}
