package io.concordkv.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ConfigChangeTest {
  private static final Configuration THREE = Configuration.of(List.of(1L, 2L, 3L), List.of(4L));

  @Test
  void one_vote_needs_no_joint_configuration() {
    assertThat(next(THREE, new ConfigChange.AddVoter(4)))
        .isEqualTo(Configuration.of(List.of(1L, 2L, 3L, 4L)));
    assertThat(next(THREE, new ConfigChange.Remove(1)))
        .isEqualTo(Configuration.of(List.of(2L, 3L), List.of(4L)));
    assertThat(next(THREE, new ConfigChange.AddLearner(5), new ConfigChange.Remove(4)))
        .isEqualTo(Configuration.of(List.of(1L, 2L, 3L), List.of(5L)));
  }

  @Test
  void a_voter_that_loses_its_vote_keeps_it_while_the_configuration_is_joint() {
    var joint = next(THREE, new ConfigChange.AddLearner(3), new ConfigChange.AddVoter(4));
    assertThat(joint.votes(3)).isTrue();
    assertThat(joint.learnersNext()).containsExactly(3L);
    assertThat(joint.learners()).isEmpty();
    assertThat(joint.left()).isEqualTo(Configuration.of(List.of(1L, 2L, 4L), List.of(3L)));
  }

  @Test
  void a_witness_stays_a_witness_and_is_not_enough() {
    var with = next(THREE, new ConfigChange.AddWitness(9));
    assertThat(with.mayLead(9)).isFalse();
    assertThat(with.votes(9)).isTrue();
    assertThat(refusal(with, new ConfigChange.AddVoter(9))).isEqualTo(Refusal.ALREADY_MEMBER);
    assertThat(refusal(with, new ConfigChange.AddLearner(9))).isEqualTo(Refusal.ALREADY_MEMBER);
    assertThat(refusal(with, new ConfigChange.Remove(9), new ConfigChange.AddVoter(9)))
        .isEqualTo(Refusal.ALREADY_MEMBER);
    assertThat(
            refusal(
                with,
                new ConfigChange.Remove(1),
                new ConfigChange.Remove(2),
                new ConfigChange.Remove(3)))
        .isEqualTo(Refusal.NO_VOTER_LEFT);
  }

  @Test
  void what_is_known_is_not_added_and_what_is_not_is_not_removed() {
    assertThat(refusal(THREE, new ConfigChange.AddVoter(1))).isEqualTo(Refusal.ALREADY_MEMBER);
    assertThat(refusal(THREE, new ConfigChange.AddLearner(4))).isEqualTo(Refusal.ALREADY_MEMBER);
    assertThat(refusal(THREE, new ConfigChange.Remove(5))).isEqualTo(Refusal.UNKNOWN_MEMBER);
    assertThat(next(THREE)).as("no step, no change").isEqualTo(THREE);
  }

  @Test
  void quorums_of_configurations_that_follow_one_another_always_meet() {
    var random = new SplittableRandom(5);
    var fleet = Fleet.of(3).learners(1).witnesses(1).changing(1);
    int joint = 0;
    for (int round = 0; round < 300; round++) {
      var now = fleet.configuration();
      for (int i = 0; i < 5; i++) {
        if (fleet.change(random).from(now) instanceof ConfigChange.Outcome.Next(var next)) {
          assertMeet(now, next);
          joint += next.joint() ? 1 : 0;
          assertMeet(next, next.left());
          assertThat(Configuration.decode(next.encode())).isEqualTo(next);
          var entry = new ConfigurationEntry(next, Bytes.of("context"));
          assertThat(ConfigurationEntry.decode(entry.encode())).isEqualTo(entry);
          now = next.left();
        }
      }
    }
    assertThat(joint).isGreaterThan(50);
  }

  private static void assertMeet(Configuration one, Configuration other) {
    for (int members = 0; members < 64; members++) {
      var some = new ArrayList<Long>();
      var rest = new ArrayList<Long>();
      for (long id = 1; id <= 6; id++) {
        (((members >> (id - 1)) & 1) == 1 ? some : rest).add(id);
      }
      assertThat(Reference.quorum(one, some) && Reference.quorum(other, rest))
          .as("%s and %s, %s against %s", one, other, some, rest)
          .isFalse();
    }
  }

  private static Configuration next(Configuration now, ConfigChange.Step... steps) {
    return ConfigChange.of(steps).from(now) instanceof ConfigChange.Outcome.Next(var next)
        ? next
        : Configuration.EMPTY;
  }

  private static Refusal refusal(Configuration now, ConfigChange.Step... steps) {
    if (ConfigChange.of(steps).from(now) instanceof ConfigChange.Outcome.Refused(var why)) {
      return why;
    }
    throw new AssertionError("it was not refused");
  }
}
