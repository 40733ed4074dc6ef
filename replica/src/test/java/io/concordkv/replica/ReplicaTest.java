package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.ProposeResult;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.storage.wal.WalTail;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class ReplicaTest {
  @Test
  void a_single_replica_elects_itself_and_applies_what_is_proposed() {
    var cluster = new TestCluster(1, 1).startAll();
    cluster.propose("a");
    cluster.awaitEverywhere("a");
    assertThat(cluster.member(1).machine().commands()).containsExactly("a");
  }

  @Test
  void three_replicas_apply_the_same_commands_in_the_same_order() {
    var cluster = new TestCluster(2, 3).startAll();
    cluster.proposeMany("c", 200);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(cluster.member(1).machine().commands()).hasSize(201);
  }

  @Test
  void a_follower_refuses_proposals_and_names_the_leader() {
    var cluster = new TestCluster(3, 3).startAll();
    var leader = cluster.leader();
    var follower =
        cluster.alive().stream().filter(m -> m.id() != leader.id()).findFirst().orElseThrow();
    assertThat(follower.replica().propose(Bytes.of("x")))
        .isEqualTo(new ProposeResult.NotLeader(leader.id()));
  }

  @Test
  void commands_that_come_together_share_one_write() {
    var cluster = new TestCluster(4, 1).startAll();
    var leader = cluster.leader();
    cluster.propose("warm");
    cluster.awaitEverywhere("warm");
    long before = cluster.simulation.disk("node1").operations();
    for (int i = 0; i < 500; i++) {
      leader.replica().propose(Bytes.of("c" + i));
    }
    cluster.awaitEverywhere("c499");
    assertThat(cluster.simulation.disk("node1").operations() - before).isLessThan(20);
  }

  @Test
  void every_replica_may_lose_power_and_nothing_acknowledged_is_lost() {
    var cluster = new TestCluster(5, 3).startAll();
    cluster.propose("before");
    cluster.awaitEverywhere("before");
    for (long id = 1; id <= 3; id++) {
      cluster.simulation.powerCut(TestCluster.name(id));
    }
    cluster.startAll();
    cluster.propose("after");
    cluster.awaitEverywhere("after");
    assertThat(cluster.member(2).machine().commands()).containsExactly("before", "after");
  }

  @Test
  void the_leader_may_die_and_the_others_go_on() {
    var cluster = new TestCluster(6, 3).startAll();
    cluster.propose("one");
    cluster.awaitEverywhere("one");
    var dead = cluster.leader();
    cluster.simulation.kill(TestCluster.name(dead.id()));
    cluster.propose("two");
    cluster.awaitEverywhere("two");
    cluster.start(dead.id());
    cluster.awaitEverywhere("two");
    assertThat(cluster.member(dead.id()).machine().commands()).containsExactly("one", "two");
  }

  @Test
  void reads_that_wait_when_the_host_closes_are_told_that_nobody_answers() {
    var cluster = new TestCluster(17, 3).startAll();
    var leader = cluster.leader();
    for (var other : cluster.alive()) {
      if (other.id() != leader.id()) {
        cluster.simulation.kill(TestCluster.name(other.id()));
      }
    }
    var answers = new ArrayList<Long>();
    cluster.read(leader, answers);
    cluster.simulation.runFor(Duration.ofMillis(5));
    cluster.read(leader, answers);
    assertThat(answers).isEmpty();
    leader.host().close();
    assertThat(answers).containsExactly(0L, 0L);
  }

  @Test
  void a_follower_that_missed_what_was_trimmed_gets_a_snapshot() {
    var cluster = new TestCluster(7, 3);
    cluster.catchUpEntries = 20;
    cluster.snapshotEntries = 50;
    cluster.startAll();
    cluster.propose("first");
    cluster.awaitEverywhere("first");
    long straggler = cluster.leader().id() % 3 + 1;
    cluster.simulation.kill(TestCluster.name(straggler));
    cluster.proposeMany("c", 300);
    var late = cluster.start(straggler);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(late.machine().snapshotsInstalled).isPositive();
    assertThat(late.machine().commands()).hasSize(302);
    cluster.simulation.powerCut(TestCluster.name(straggler));
    cluster.start(straggler);
    cluster.propose("afterwards");
    cluster.awaitEverywhere("afterwards");
  }

  @Test
  void a_snapshot_arrives_over_a_network_that_loses_and_repeats() {
    for (int seed = 0; seed < 10; seed++) {
      var cluster = new TestCluster(100 + seed, 3);
      cluster.catchUpEntries = 20;
      cluster.snapshotEntries = 50;
      cluster.startAll();
      long straggler = cluster.leader().id() % 3 + 1;
      cluster.network.isolated.add(straggler);
      cluster.proposeMany("c", 300);
      cluster.network.isolated.clear();
      cluster.network.loss = 0.1;
      cluster.network.repeat = 0.2;
      cluster.propose("last");
      cluster.awaitEverywhere("last");
      assertThat(cluster.member(straggler).machine().snapshotsInstalled).isPositive();
    }
  }

  @Test
  void a_crash_at_any_file_operation_of_a_snapshot_install_is_survived() {
    for (int at = 1; at <= 12; at++) {
      var cluster = new TestCluster(200 + at, 3);
      cluster.catchUpEntries = 20;
      cluster.snapshotEntries = 50;
      cluster.startAll();
      long straggler = cluster.leader().id() % 3 + 1;
      cluster.network.isolated.add(straggler);
      cluster.proposeMany("c", 150);
      var machine = cluster.member(straggler).machine();
      cluster.network.isolated.clear();
      cluster.await("the install begins", () -> machine.snapshotsInstalled > 0);
      cluster.simulation.disk(TestCluster.name(straggler)).powerCutAtOperation(at);
      cluster.simulation.runFor(Duration.ofSeconds(1));
      cluster.simulation.powerCut(TestCluster.name(straggler));
      cluster.start(straggler);
      cluster.propose("last");
      cluster.awaitEverywhere("last");
    }
  }

  @Test
  void the_log_on_disk_stays_small() {
    var cluster = new TestCluster(8, 3);
    cluster.wal = new WalOptions(4096, Long.MAX_VALUE, 2048, 1 << 20);
    cluster.catchUpEntries = 20;
    cluster.snapshotEntries = 50;
    cluster.startAll();
    cluster.proposeMany("a-command-of-some-length-", 1500);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    cluster.simulation.runFor(Duration.ofSeconds(1));
    for (var member : cluster.alive()) {
      long segments =
          member.env().files().list("wal").stream().filter(file -> file.endsWith(".seg")).count();
      assertThat(segments).isBetween(1L, 11L);
    }
    for (long id = 1; id <= 3; id++) {
      cluster.simulation.powerCut(TestCluster.name(id));
    }
    cluster.startAll();
    cluster.propose("again");
    cluster.awaitEverywhere("again");
    assertThat(cluster.member(1).machine().commands()).hasSize(1502);
  }

  @Test
  void a_linearizable_read_sees_what_was_proposed_before_on_every_replica() {
    var cluster = new TestCluster(9, 3).startAll();
    cluster.propose("a");
    cluster.awaitEverywhere("a");
    for (var member : cluster.alive()) {
      var answers = new ArrayList<Long>();
      for (int i = 0; i < 100; i++) {
        cluster.read(member, answers);
      }
      cluster.await("reads", () -> answers.size() == 100);
      assertThat(answers).allMatch(index -> index >= 2);
      long applied = member.machine().applied().last().index();
      assertThat(answers).allMatch(index -> index <= applied);
    }
  }

  @Test
  void a_read_without_a_leader_fails_within_an_election_timeout() {
    var cluster = new TestCluster(10, 3).startAll();
    var leader = cluster.leader();
    cluster.simulation.runFor(Duration.ofMillis(200));
    for (long id = 1; id <= 3; id++) {
      cluster.network.isolated.add(id);
    }
    var answers = new ArrayList<Long>();
    cluster.read(leader, answers);
    cluster.simulation.runFor(Duration.ofMillis(150));
    assertThat(answers).containsExactly(0L);
  }

  @Test
  void reads_wait_for_a_slow_state_machine() {
    var cluster = new TestCluster(11, 3);
    cluster.slowMachines = true;
    cluster.startAll();
    cluster.proposeMany("c", 40);
    var leader = cluster.leader();
    var answers = new ArrayList<Long>();
    cluster.read(leader, answers);
    cluster.await("the read", () -> !answers.isEmpty());
    assertThat(leader.machine().applied().last().index()).isGreaterThanOrEqualTo(answers.get(0));
    cluster.propose("last");
    cluster.awaitEverywhere("last");
  }

  @Test
  void leadership_can_be_handed_over() {
    var cluster = new TestCluster(12, 3).startAll();
    cluster.propose("a");
    cluster.awaitEverywhere("a");
    var leader = cluster.leader();
    long heir = leader.id() % 3 + 1;
    assertThat(leader.replica().transferLeadership(heir)).isTrue();
    cluster.await("the heir leads", () -> leader.machine().leader == heir);
  }

  @Test
  void a_damaged_end_of_the_log_makes_a_member_suspect_until_its_peers_have_given_it_all_back() {
    var cluster = new TestCluster(13, 3).startAll();
    cluster.proposeMany("c", 30);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    long victim = cluster.leader().id() % 3 + 1;
    cluster.simulation.kill(TestCluster.name(victim));
    damageEndOfLog(cluster, victim);
    var again = cluster.start(victim);
    assertThat(again.host().tail()).isEqualTo(WalTail.LOST);
    assertThat(again.replica().status().suspect()).isTrue();
    cluster.simulation.runFor(Duration.ofMillis(1));
    cluster.simulation.kill(TestCluster.name(victim));
    cluster.network.isolated.add(victim);
    var third = cluster.start(victim);
    cluster.simulation.runFor(Duration.ofMillis(500));
    assertThat(third.replica().status().suspect()).as("remembered").isTrue();
    cluster.network.isolated.clear();
    cluster.await("trust", () -> !third.replica().status().suspect());
    cluster.simulation.runFor(Duration.ofMillis(500));
    cluster.propose("more");
    cluster.awaitEverywhere("more");
    cluster.simulation.kill(TestCluster.name(victim));
    assertThat(cluster.start(victim).replica().status().suspect()).isFalse();
  }

  @Test
  void a_single_member_with_a_damaged_end_of_the_log_refuses_to_start() {
    var cluster = new TestCluster(14, 1).startAll();
    cluster.proposeMany("c", 30);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    cluster.simulation.kill(TestCluster.name(1));
    damageEndOfLog(cluster, 1);
    assertThatThrownBy(() -> cluster.start(1))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("no other voter")
        .hasMessageContaining("node1:wal");
  }

  private static void damageEndOfLog(TestCluster cluster, long id) {
    var disk = cluster.simulation.disk(TestCluster.name(id));
    var segment = disk.paths().stream().filter(path -> path.endsWith(".seg")).toList().getLast();
    var content = disk.content(segment);
    int last = content.length - 1;
    while (content[last] == 0) {
      last--;
    }
    disk.flipBit(segment, last, 3);
  }
}
