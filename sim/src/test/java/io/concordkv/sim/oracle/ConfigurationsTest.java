package io.concordkv.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.raft.Configuration;
import io.concordkv.sim.model.PlantedLog;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationsTest {
  private final PlantedLog log = new PlantedLog();
  private final Configurations configurations = new Configurations(log.replay());

  @BeforeEach
  void found() {
    configurations.founded(voters(1, 2, 3));
  }

  @Test
  void one_member_more_or_less_is_fine() {
    log.commit(voters(1, 2, 3, 4));
    log.commit(voters(2, 3, 4));
    configurations.inForce("n", 0, voters(1, 2, 3));
    configurations.inForce("n", 1, voters(1, 2, 3, 4));
    configurations.inForce("n", 2, voters(2, 3, 4));
  }

  @Test
  void a_joint_configuration_leads_anywhere() {
    log.commit(joint(List.of(4L, 5L, 6L), List.of(1L, 2L, 3L)));
    log.commit(voters(4, 5, 6));
  }

  @Test
  void quorums_that_may_miss_one_another_are_noticed() {
    broken("I11 quorums-intersect", () -> log.commit(voters(1, 4, 5)));
  }

  @Test
  void a_joint_configuration_that_is_left_to_strangers_is_noticed() {
    log.commit(joint(List.of(3L, 4L, 5L), List.of(1L, 2L, 3L)));
    broken("I11 quorums-intersect", () -> log.commit(voters(6, 7, 8)));
  }

  @Test
  void a_configuration_that_was_forgotten_is_noticed() {
    log.commit(voters(1, 2, 3, 4));
    broken("I11 configuration-in-force", () -> configurations.inForce("n", 1, voters(1, 2, 3)));
  }

  @Test
  void two_changes_at_a_time_are_noticed() {
    Configurations.uncommitted("n", 1);
    broken("I11 one-change-at-a-time", () -> Configurations.uncommitted("n", 2));
  }

  @Test
  void a_quorum_is_a_majority_of_each_half_and_of_no_learners() {
    var joint = joint(List.of(1L, 2L, 3L), List.of(3L, 4L, 5L));
    assertThat(Configurations.quorum(joint, List.of(1L, 2L, 3L)::contains)).isFalse();
    assertThat(Configurations.quorum(joint, List.of(1L, 3L, 4L)::contains)).isTrue();
    var learning = Configuration.of(List.of(1L, 2L, 3L), List.of(4L, 5L));
    assertThat(Configurations.quorum(learning, List.of(1L, 4L, 5L)::contains)).isFalse();
    assertThat(Configurations.quorum(learning, List.of(1L, 2L)::contains)).isTrue();
  }

  private static Configuration voters(long... ids) {
    var voters = new TreeSet<Long>();
    for (long id : ids) {
      voters.add(id);
    }
    return Configuration.of(List.copyOf(voters));
  }

  private static Configuration joint(List<Long> incoming, List<Long> outgoing) {
    var none = new TreeSet<Long>();
    return new Configuration(new TreeSet<>(incoming), new TreeSet<>(outgoing), none, none, none);
  }

  private static void broken(String check, Runnable told) {
    assertThatThrownBy(told::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
