package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What may wait in memory of a member that applies more slowly than the others.
final class WaitingEntriesTest {
  private static final int WAITING = 64 << 10;
  private static final int MESSAGE = 4 << 10;
  private static final int WINDOW = 32 << 10;
  private static final String KILOBYTE = "x".repeat(1000);

  private final TestCluster cluster = new TestCluster(11, 3);

  private static RaftConfig small(RaftConfig config) {
    return new RaftConfig(
        config.id(),
        10,
        1,
        MESSAGE,
        256,
        WINDOW,
        1 << 20,
        MESSAGE,
        WAITING,
        0,
        true,
        true,
        false,
        10,
        0,
        0);
  }

  /// What the entries weigh that are not applied.
  private static long waiting(TestCluster.Member member) {
    var status = member.replica().status();
    long bytes = 0;
    for (long index = status.applied() + 1; index <= status.last().index(); index++) {
      var entry = member.replica().entry(index);
      bytes += entry == null ? 0 : entry.bytes();
    }
    return bytes;
  }

  private TestCluster.Member follower() {
    long leader = cluster.leader().id();
    return cluster.alive().stream().filter(each -> each.id() != leader).findFirst().orElseThrow();
  }

  private void start() {
    cluster.raft = WaitingEntriesTest::small;
    cluster.startAll();
    cluster.propose("first");
    cluster.awaitEverywhere("first");
  }

  @Test
  void a_follower_that_does_not_apply_takes_no_more_than_it_may_hold() {
    start();
    var stuck = follower();
    stuck.machine().stuck = true;
    long most = 0;
    for (int i = 0; i < 500; i++) {
      cluster.propose(KILOBYTE + i);
      if (i % 5 == 0) {
        cluster.simulation.runFor(Duration.ofMillis(10));
        most = Math.max(most, waiting(stuck));
      }
    }
    assertThat(most).isGreaterThan(WAITING / 2).isLessThan(WAITING + WINDOW + 2 * MESSAGE);

    stuck.machine().stuck = false;
    cluster.awaitEverywhere(KILOBYTE + 499);
  }

  @Test
  void a_leader_that_does_not_apply_takes_no_more_proposals() {
    start();
    var leader = cluster.leader();
    leader.machine().stuck = true;
    int taken = 0;
    for (int i = 0; i < 500; i++) {
      if (leader.replica().propose(Bytes.of(KILOBYTE + i)) instanceof ProposeResult.Accepted) {
        taken++;
      }
      cluster.simulation.runFor(Duration.ofMillis(5));
    }
    assertThat(taken).isBetween(50, 80);
    leader.machine().stuck = false;
    cluster.propose("last");
    cluster.awaitEverywhere("last");
  }

  @Test
  void a_follower_whose_state_is_renewed_holds_no_more_either_and_gets_through() {
    start();
    var renewed = follower();
    assertThat(renewed.replica().renewState()).isTrue();
    long most = 0;
    for (int i = 0; i < 300; i++) {
      cluster.propose(KILOBYTE + i);
      cluster.simulation.runFor(Duration.ofMillis(2));
      most = Math.max(most, waiting(renewed));
    }
    assertThat(most).isLessThan(WAITING + WINDOW + 2 * MESSAGE);
    cluster.await("the state is renewed", () -> !renewed.replica().renewing());
    cluster.awaitEverywhere(KILOBYTE + 299);
    assertThat(renewed.machine().commands()).hasSize(301);
  }
}
