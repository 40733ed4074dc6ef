package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.raft.ConfigChange;
import io.concordkv.raft.ConfigChange.AddLearner;
import io.concordkv.raft.ConfigChange.AddVoter;
import io.concordkv.raft.ConfigChange.AddWitness;
import io.concordkv.raft.ConfigChange.Remove;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MembershipTest {
  @Test
  void a_new_member_gets_what_was_written_before_it_came() {
    var cluster = new TestCluster(1, 3).startAll();
    cluster.propose("before");
    cluster.join(4);
    cluster.change(new AddLearner(4));
    cluster.awaitEverywhere("before");
    cluster.change(new AddVoter(4));
    cluster.propose("after");
    cluster.awaitEverywhere("after");
    var status = cluster.member(4).replica().status();
    assertThat(status.configuration()).isEqualTo(Configuration.of(List.of(1L, 2L, 3L, 4L)));
    assertThat(cluster.member(4).machine().contexts).containsExactly("", "why", "why");
  }

  @Test
  void a_new_member_that_needs_what_was_trimmed_gets_a_snapshot_and_keeps_its_place() {
    var cluster = new TestCluster(2, 3);
    cluster.catchUpEntries = 20;
    cluster.snapshotEntries = 50;
    cluster.startAll();
    cluster.proposeMany("c", 200);
    cluster.join(4);
    cluster.change(new AddVoter(4));
    cluster.awaitEverywhere("c199");
    assertThat(cluster.member(4).machine().snapshotsInstalled).isPositive();
    cluster.simulation.powerCut(TestCluster.name(4));
    cluster.join(4);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(cluster.member(4).replica().status().configuration().votes(4)).isTrue();
  }

  @Test
  void all_members_may_be_replaced_at_once() {
    var cluster = new TestCluster(3, 3).startAll();
    cluster.propose("old");
    for (long id = 4; id <= 6; id++) {
      cluster.join(id);
    }
    cluster.change(
        new AddVoter(4),
        new AddVoter(5),
        new AddVoter(6),
        new Remove(1),
        new Remove(2),
        new Remove(3));
    for (long id = 1; id <= 3; id++) {
      cluster.simulation.kill(TestCluster.name(id));
    }
    cluster.propose("new");
    cluster.awaitEverywhere("new");
    assertThat(cluster.member(5).machine().commands()).containsExactly("old", "new");
  }

  @Test
  void a_leader_that_is_removed_hands_over_and_the_others_go_on_at_once() {
    var cluster = new TestCluster(4, 3).startAll();
    cluster.propose("one");
    cluster.awaitEverywhere("one");
    var gone = cluster.leader();
    assertThat(gone.replica().changeConfig(ConfigChange.of(new Remove(gone.id())), Bytes.EMPTY))
        .isInstanceOf(ProposeResult.Accepted.class);
    cluster.simulation.runFor(Duration.ofMillis(90));
    assertThat(cluster.leader().id()).isNotEqualTo(gone.id());
    assertThat(gone.machine().role).isEqualTo(Role.FOLLOWER);
    cluster.propose("two");
    var leader = cluster.leader();
    cluster.await("two", () -> leader.machine().commands().contains("two"));
    cluster.simulation.runFor(Duration.ofSeconds(5));
    assertThat(cluster.leader()).as("nobody disturbs it").isEqualTo(leader);
  }

  @Test
  void a_change_outlives_a_power_cut_of_all() {
    var cluster = new TestCluster(5, 3);
    cluster.snapshotEntries = 10;
    cluster.catchUpEntries = 5;
    cluster.startAll();
    cluster.join(4);
    cluster.change(new AddVoter(4));
    cluster.change(new Remove(1));
    cluster.proposeMany("c", 50);
    cluster.simulation.kill(TestCluster.name(1));
    for (long id = 2; id <= 4; id++) {
      cluster.simulation.powerCut(TestCluster.name(id));
    }
    for (long id = 2; id <= 4; id++) {
      cluster.join(id);
    }
    cluster.propose("after");
    cluster.awaitEverywhere("after");
    assertThat(cluster.leader().replica().status().configuration())
        .isEqualTo(Configuration.of(List.of(2L, 3L, 4L)));
  }

  @Test
  void a_witness_makes_a_quorum_and_holds_no_commands() {
    var cluster = new TestCluster(6, 2).startAll();
    cluster.propose("one");
    cluster.join(3);
    cluster.change(new AddWitness(3));
    var leader = cluster.leader();
    cluster.simulation.kill(TestCluster.name(3 - leader.id()));
    leader.replica().propose(Bytes.of("two"));
    cluster.await("two", () -> leader.machine().commands().contains("two"));
    assertThat(cluster.member(3).machine().commands()).isEmpty();
    var answers = new ArrayList<Long>();
    cluster.member(3).replica().readIndex(answers::add);
    cluster.await("an answer", () -> !answers.isEmpty());
    assertThat(answers).as("it has nothing to read").containsExactly(0L);
  }

  @Test
  void learners_are_promoted_once_they_keep_up() {
    var cluster = new TestCluster(7, 3);
    cluster.raft = config -> config.withPromotionMargin(10);
    cluster.startAll();
    cluster.proposeMany("c", 100);
    cluster.change(new AddLearner(4));
    cluster.simulation.runFor(Duration.ofSeconds(2));
    assertThat(cluster.leader().replica().status().configuration().votes(4)).isFalse();
    cluster.join(4);
    var leader = cluster.leader();
    cluster.await("its vote", () -> leader.replica().status().configuration().votes(4));
  }

  @Test
  void a_closed_connection_starts_an_election_early() {
    var cluster = new TestCluster(8, 3).startAll();
    cluster.propose("one");
    cluster.awaitEverywhere("one");
    long dead = cluster.leader().id();
    cluster.simulation.kill(TestCluster.name(dead));
    // An election timeout is 100 ms or more.
    boolean soon =
        cluster.simulation.runUntil(
            () -> cluster.alive().stream().anyMatch(m -> m.machine().role == Role.LEADER),
            Duration.ofMillis(95));
    assertThat(soon).isTrue();
  }

  @Test
  void with_leases_a_leader_reads_without_asking() {
    var cluster = new TestCluster(9, 3);
    cluster.raft = config -> config.withLease(Duration.ofMillis(10), 10);
    cluster.startAll();
    cluster.propose("one");
    cluster.awaitEverywhere("one");
    cluster.simulation.runFor(Duration.ofMillis(200));
    var leader = cluster.leader();
    var answers = new ArrayList<Long>();
    cluster.network.isolated.add(leader.id());
    cluster.read(leader, answers);
    cluster.simulation.runFor(Duration.ofMillis(5));
    assertThat(answers).singleElement().satisfies(index -> assertThat(index).isPositive());
    cluster.simulation.runFor(Duration.ofMillis(100));
    cluster.read(leader, answers);
    cluster.await("an answer", () -> answers.size() == 2);
    assertThat(answers.getLast()).as("the lease is over").isZero();
  }
}
