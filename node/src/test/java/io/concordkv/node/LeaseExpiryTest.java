package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.mvcc.Result;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseExpiryTest {
  private static final long LEASE = 7;
  private static final Duration TTL = Duration.ofSeconds(5);

  private static TestNodes withLease() {
    var nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    nodes.<Result>ask(reply -> leader.node().grantLease(LEASE, TTL.toSeconds(), reply));
    return nodes;
  }

  private static boolean lives(TestNodes.One at) {
    return at.node().shard().store().lease(LEASE) != null;
  }

  @Test
  void a_lease_ends_when_its_time_is_over() {
    var nodes = withLease();
    nodes.simulation.runFor(TTL.minusMillis(10));
    assertThat(lives(nodes.leader())).isTrue();
    nodes.simulation.runFor(Duration.ofSeconds(1));
    assertThat(lives(nodes.leader())).isFalse();
  }

  @Test
  void who_hands_leadership_over_does_not_have_the_next_leader_end_a_lease() {
    var nodes = withLease();
    var old = nodes.leader();
    var heir = nodes.follower();
    nodes.simulation.runFor(TTL.minusMillis(300));
    nodes.pause(nodes.name(heir), Duration.ofMillis(600));
    old.node().replica().transferLeadership(heir.node().id());
    nodes.simulation.runFor(Duration.ofMillis(550));
    assertThat(old.leads()).as("still handing over when the lease runs out").isTrue();
    nodes.until("the heir leads", heir::leads);

    nodes.simulation.runFor(TTL.minusMillis(100));
    assertThat(lives(heir)).as("whoever renews it now is told that it lives").isTrue();
    nodes.until("it ends", () -> !lives(heir));
  }
}
