package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.CorruptionError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A member whose log is damaged before its end gets back from its peers what is missing, and does
/// not act meanwhile as if that had never existed.
final class LogRepairTest {
  private static final int SEGMENT_HEADER_BYTES = 40;

  private static TestCluster cluster(long seed, int size) {
    var cluster = new TestCluster(seed, size).startAll();
    for (int i = 0; i < 12; i++) {
      cluster.propose("c" + i);
      cluster.simulation.runFor(Duration.ofMillis(5));
    }
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    return cluster;
  }

  private static String segment(TestCluster cluster, long id) {
    var disk = cluster.simulation.disk(TestCluster.name(id));
    return disk.paths().stream().filter(path -> path.endsWith(".seg")).toList().getFirst();
  }

  private static int used(TestCluster cluster, long id) {
    var content = cluster.simulation.disk(TestCluster.name(id)).content(segment(cluster, id));
    int last = content.length - 1;
    while (content[last] == 0) {
      last--;
    }
    return last + 1;
  }

  private static void damage(TestCluster cluster, long id, int offset) {
    cluster.simulation.kill(TestCluster.name(id));
    int mask = 1 + offset % 255;
    cluster.simulation.disk(TestCluster.name(id)).corrupt(segment(cluster, id), offset, mask);
  }

  /// Damages so much that entries are missing.
  private static void damageMuch(TestCluster cluster, long id) {
    int used = used(cluster, id);
    damage(cluster, id, used / 3);
    for (int offset = used / 3; offset < used * 2 / 3; offset += 50) {
      cluster.simulation.disk(TestCluster.name(id)).flipBit(segment(cluster, id), offset, 5);
    }
  }

  @Test
  void whatever_byte_of_the_log_is_damaged_the_member_gets_it_back_or_refuses() {
    var refused = new ArrayList<Integer>();
    int given = 0;
    int step = 13;
    int used = used(cluster(1, 3), 1);
    for (int offset = 0; offset < used; offset += step) {
      var cluster = cluster(1, 3);
      long victim = 1;
      damage(cluster, victim, offset);
      TestCluster.Member member;
      try {
        member = cluster.start(victim);
      } catch (CorruptionError e) {
        assertThat(e).hasMessageContaining("wal/").hasMessageContaining("new id");
        refused.add(offset);
        continue;
      }
      if (member.replica().status().suspect()) {
        given++;
      }
      cluster.propose("more");
      cluster.awaitEverywhere("more");
      assertThat(member.machine().commands()).as("offset %d", offset).hasSize(14);
      cluster.await("trust", () -> !member.replica().status().suspect());
      cluster.simulation.runFor(Duration.ofMillis(500));
      cluster.propose("even more");
      cluster.awaitEverywhere("even more");
      cluster.simulation.powerCut(TestCluster.name(victim));
      var again = cluster.start(victim);
      assertThat(again.replica().status().suspect()).as("offset %d", offset).isFalse();
      cluster.awaitEverywhere("even more");
    }
    assertThat(given).as("those that needed the peers").isGreaterThan(used / step / 2);
    assertThat(refused.size()).as("those at the end").isLessThan(used / step / 5);
  }

  @Test
  void a_suspect_member_remembers_its_damage_and_waits_for_the_others() {
    var cluster = cluster(2, 3);
    long victim = cluster.leader().id() % 3 + 1;
    damageMuch(cluster, victim);
    cluster.network.isolated.add(victim);
    for (int life = 0; life < 3; life++) {
      var member = cluster.start(victim);
      assertThat(member.host().damages()).isNotEmpty();
      cluster.simulation.runFor(Duration.ofMillis(500));
      assertThat(member.replica().status().suspect()).isTrue();
      cluster.simulation.powerCut(TestCluster.name(victim));
    }
    cluster.network.isolated.clear();
    var member = cluster.start(victim);
    cluster.await("trust", () -> !member.replica().status().suspect());
    cluster.propose("more");
    cluster.awaitEverywhere("more");
  }

  /// Two of three have a hole, the third is behind: nobody may be elected by those who forgot.
  @Test
  void members_with_damaged_logs_do_not_elect_one_who_misses_what_they_forgot() {
    var cluster = cluster(3, 3);
    long behind = cluster.leader().id() % 3 + 1;
    cluster.network.isolated.add(behind);
    cluster.proposeMany("d", 5);
    cluster.propose("acknowledged");
    cluster.simulation.runFor(Duration.ofMillis(300));
    var damaged = new ArrayList<>(List.of(1L, 2L, 3L));
    damaged.remove(behind);
    for (long id : damaged) {
      damageMuch(cluster, id);
    }
    cluster.network.isolated.clear();
    damaged.forEach(cluster::start);
    cluster.simulation.runFor(Duration.ofSeconds(10));
    for (var member : cluster.alive()) {
      assertThat(member.machine().leader).as("no leader, so no wrong answer").isZero();
    }
  }

  @Test
  void a_single_member_with_a_damaged_log_refuses_to_start_and_says_where() {
    var cluster = cluster(4, 1);
    damageMuch(cluster, 1);
    assertThatThrownBy(() -> cluster.start(1))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(segment(cluster, 1))
        .hasMessageContaining("at offset")
        .hasMessageContaining("no other voter");
  }

  @Test
  void damage_in_front_of_what_the_state_has_durably_needs_nobody() {
    var cluster = new TestCluster(5, 1);
    cluster.snapshotEntries = 10;
    cluster.startAll();
    cluster.proposeMany("c", 12);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    var machine = cluster.member(1).machine();
    cluster.await("the flush", () -> machine.durableIndex() >= 10);
    damage(cluster, 1, SEGMENT_HEADER_BYTES + 200);
    var again = cluster.start(1);
    assertThat(again.host().damages()).hasSize(1);
    cluster.propose("more");
    cluster.awaitEverywhere("more");
    assertThat(again.machine().commands()).hasSize(14);
    cluster.simulation.powerCut(TestCluster.name(1));
    cluster.start(1);
    cluster.awaitEverywhere("more");
  }
}
