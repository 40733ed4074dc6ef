package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.raft.ConfigChange.AddVoter;
import io.concordkv.raft.ConfigChange.Remove;
import io.concordkv.replica.wire.BundleCodec;
import io.concordkv.replica.wire.RestFrame;
import io.concordkv.transport.Frame;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class RestTest {
  private static final Duration A_WHILE = Duration.ofSeconds(3);
  private static final int HEARTBEAT = 5;

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
    assertThat(messages).isNotEmpty().containsOnly(RestFrame.BEAT);
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

  @Test
  void a_read_at_a_sleeping_leader_is_confirmed_by_the_others() {
    var cluster = cluster(9);
    cluster.propose("a");
    awaitRest(cluster);
    var leader = cluster.leader();
    var heartbeats = new ArrayList<Long>();
    cluster.network.drop =
        (to, frame) -> {
          if (frame.kind() == HEARTBEAT || frame.kind() == BundleCodec.BUNDLE) {
            heartbeats.add(to);
          }
          return false;
        };
    var answers = new ArrayList<Long>();
    cluster.read(leader, answers);
    assertThat(answers).isEmpty();
    cluster.await("an answer", () -> !answers.isEmpty());
    assertThat(answers).containsExactly(leader.replica().status().applied());
    assertThat(heartbeats).isNotEmpty();
    awaitRest(cluster);
  }

  @Test
  void a_read_at_a_sleeping_leader_that_hears_nobody_is_not_answered() {
    var cluster = cluster(10);
    cluster.propose("a");
    awaitRest(cluster);
    var leader = cluster.leader();
    cluster.network.isolated.add(leader.id());
    var answers = new ArrayList<Long>();
    cluster.read(leader, answers);
    cluster.await("an answer", () -> !answers.isEmpty());
    assertThat(answers).containsExactly(0L);
  }

  @Test
  void silence_wakes_who_sleeps() {
    var cluster = cluster(11);
    cluster.propose("a");
    awaitRest(cluster);
    cluster.network.loss = 1;
    cluster.await(
        "all are up",
        () -> cluster.alive().stream().noneMatch(member -> member.replica().asleep()));
    cluster.await("nobody leads", () -> cluster.alive().stream().noneMatch(RestTest::leads));
    cluster.network.loss = 0;
    cluster.propose("b");
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
  }

  @Test
  void a_closed_connection_wakes_sooner_than_silence() {
    var cluster = cluster(12);
    cluster.propose("a");
    awaitRest(cluster);
    var leader = cluster.leader();
    cluster.network.isolated.add(leader.id());
    cluster.simulation.runFor(Duration.ofMillis(50));
    assertThat(cluster.alive())
        .filteredOn(member -> member.id() != leader.id())
        .noneMatch(member -> member.replica().asleep());
  }

  @Test
  void members_come_and_go_while_the_group_sleeps() {
    var cluster = cluster(13);
    cluster.propose("a");
    awaitRest(cluster);
    cluster.join(4);
    cluster.change(new AddVoter(4));
    cluster.awaitEverywhere("a");
    awaitRest(cluster);
    cluster.change(new Remove(4));
    cluster.simulation.kill(TestCluster.name(4));
    cluster.propose("b");
    cluster.awaitEverywhere("b");
    awaitRest(cluster);
  }

  @Test
  void a_group_does_not_sleep_under_a_leader_that_is_not_preferred() {
    var cluster = new TestCluster(14, 3);
    cluster.restTicks = 3;
    cluster.raft = config -> config.withPriority(config.id() == 3 ? 10 : 1);
    cluster.start(1);
    cluster.start(2);
    cluster.propose("a");
    awaitRest(cluster);
    cluster.start(3);
    cluster.awaitEverywhere("a");
    cluster.await("the preferred one leads", () -> leads(cluster.member(3)));
    awaitRest(cluster);
    assertThat(cluster.leader().id()).isEqualTo(3);
  }

  @Test
  void a_sleepers_damaged_state_is_replaced() {
    var cluster = cluster(15);
    cluster.proposeMany("c", 30);
    cluster.awaitEverywhere("c29");
    awaitRest(cluster);
    var follower = cluster.alive().stream().filter(m -> !leads(m)).findFirst().orElseThrow();
    follower.machine().commands().set(5, "damaged");
    assertThat(follower.replica().renewState()).isTrue();
    cluster.await("the state", () -> !follower.replica().renewing());
    assertThat(follower.machine().commands()).doesNotContain("damaged");
    awaitRest(cluster);
  }

  @Test
  void who_restarts_at_once_is_brought_to_sleep_again_without_an_election() {
    var cluster = cluster(16);
    cluster.propose("a");
    awaitRest(cluster);
    var leader = cluster.leader();
    long term = leader.replica().status().hardState().term();
    var follower = cluster.alive().stream().filter(m -> !leads(m)).findFirst().orElseThrow();
    cluster.simulation.kill(TestCluster.name(follower.id()));
    cluster.simulation.runFor(Duration.ofMillis(30));
    cluster.start(follower.id());
    cluster.simulation.runFor(Duration.ofMillis(30));
    awaitRest(cluster);
    assertThat(leader.replica().status().hardState().term()).isEqualTo(term);
    assertThat(leads(leader)).isTrue();
  }

  @Test
  void who_does_not_find_itself_as_the_leader_says_stays_up() {
    var cluster = new TestCluster(17, 3);
    cluster.restTicks = 1000;
    cluster.startAll().propose("a");
    cluster.awaitEverywhere("a");
    cluster.simulation.runFor(Duration.ofMillis(50));
    var follower = cluster.alive().stream().filter(m -> !leads(m)).findFirst().orElseThrow();
    long leader = cluster.leader().id();
    var status = follower.replica().status();
    long term = status.hardState().term();
    long last = status.last().index();
    follower.replica().receive(leader, sleep(term, last + 1));
    assertThat(follower.replica().asleep()).as("it lacks an entry").isFalse();
    follower.replica().receive(leader, sleep(term - 1, last));
    assertThat(follower.replica().asleep()).as("of an earlier term").isFalse();
    follower.replica().receive(6 - leader - follower.id(), sleep(term, last));
    assertThat(follower.replica().asleep()).as("not from the leader").isFalse();
    follower.replica().receive(leader, sleep(term, last));
    assertThat(follower.replica().asleep()).isTrue();
  }

  private static Frame sleep(long term, long index) {
    return new RestFrame.Sleep(term, index).encode(7);
  }

  private static boolean leads(TestCluster.Member member) {
    return member.replica().leads();
  }
}
