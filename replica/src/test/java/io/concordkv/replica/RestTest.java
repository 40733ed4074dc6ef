package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class RestTest {
  private static final Duration A_WHILE = Duration.ofSeconds(3);

  private static TestCluster cluster(long seed) {
    var cluster = new TestCluster(seed, 3);
    cluster.restTicks = 10;
    return cluster.startAll();
  }

  private static void awaitRest(TestCluster cluster) {
    cluster.await(
        "sleep", () -> cluster.alive().stream().allMatch(member -> member.replica().asleep()));
  }

  @Test
  void a_group_without_work_falls_asleep_and_stays_so() {
    var cluster = cluster(1);
    cluster.propose("a");
    cluster.awaitEverywhere("a");
    awaitRest(cluster);
    long term = cluster.member(1).replica().status().hardState().term();
    var messages = new ArrayList<Integer>();
    cluster.network.drop =
        (_, frame) -> {
          messages.add(frame.kind());
          return false;
        };
    cluster.simulation.runFor(A_WHILE);
    assertThat(messages).isNotEmpty().containsOnly(41);
    assertThat(cluster.alive()).allMatch(member -> member.replica().asleep());
    assertThat(cluster.member(1).replica().status().hardState().term()).isEqualTo(term);
  }

  @Test
  void a_proposal_wakes_the_group() {
    var cluster = cluster(2);
    cluster.propose("a");
    awaitRest(cluster);
    cluster.propose("b");
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
  }

  @Test
  void a_read_at_a_sleeping_follower_is_answered() {
    var cluster = cluster(3);
    cluster.propose("a");
    awaitRest(cluster);
    var follower =
        cluster.alive().stream()
            .filter(member -> !member.replica().leads())
            .findFirst()
            .orElseThrow();
    var answers = new ArrayList<Long>();
    cluster.read(follower, answers);
    cluster.await("an answer", () -> !answers.isEmpty());
    assertThat(answers.getFirst()).isPositive();
  }

  @Test
  void sleepers_whose_leader_dies_elect_another() {
    var cluster = cluster(4);
    cluster.propose("a");
    awaitRest(cluster);
    var dead = cluster.leader();
    cluster.simulation.kill(TestCluster.name(dead.id()));
    cluster.await(
        "a new leader",
        () -> cluster.alive().stream().anyMatch(member -> member.replica().leads()));
    cluster.propose("b");
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
    cluster.start(dead.id());
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
  }

  @Test
  void a_leader_that_restarts_at_once_does_not_leave_sleepers_behind() {
    var cluster = cluster(5);
    cluster.propose("a");
    awaitRest(cluster);
    var dead = cluster.leader();
    cluster.simulation.kill(TestCluster.name(dead.id()));
    cluster.start(dead.id());
    cluster.propose("b");
    cluster.awaitEverywhere("b");
  }

  @Test
  void a_leader_cut_off_in_its_sleep_steps_down() {
    var cluster = cluster(6);
    cluster.propose("a");
    awaitRest(cluster);
    var old = cluster.leader();
    cluster.network.isolated.add(old.id());
    cluster.await("it steps down", () -> !old.replica().leads());
    cluster.network.isolated.clear();
    cluster.propose("b");
    cluster.awaitEverywhere("b");
  }

  @Test
  void a_group_sleeps_without_a_dead_member_and_catches_it_up_later() {
    var cluster = cluster(7);
    cluster.propose("a");
    cluster.awaitEverywhere("a");
    var leader = cluster.leader();
    long follower = leader.id() == 1 ? 2 : 1;
    cluster.simulation.kill(TestCluster.name(follower));
    cluster.propose("b");
    awaitRest(cluster);
    cluster.start(follower);
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
  }

  @Test
  void loss_and_repetition_only_delay_sleep() {
    var cluster = cluster(8);
    cluster.network.loss = 0.2;
    cluster.network.repeat = 0.2;
    for (int i = 0; i < 20; i++) {
      cluster.propose("c" + i);
      cluster.simulation.runFor(Duration.ofMillis(400));
    }
    cluster.network.loss = 0;
    cluster.awaitEverywhere("c19");
    awaitRest(cluster);
  }
}
