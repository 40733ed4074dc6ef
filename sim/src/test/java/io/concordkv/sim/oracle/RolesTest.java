package io.concordkv.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.raft.Configuration;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RolesTest {
  private static final Configuration THREE = Configuration.of(List.of(1L, 2L, 3L));

  @Test
  void the_steps_of_an_election_are_legal() {
    Roles.step("n", member(Role.FOLLOWER, 3, 2, 2), member(Role.PRE_CANDIDATE, 3, 2, 0));
    Roles.step("n", member(Role.PRE_CANDIDATE, 3, 2, 0), member(Role.CANDIDATE, 4, 1, 0));
    Roles.step("n", member(Role.CANDIDATE, 4, 1, 0), member(Role.LEADER, 4, 1, 1));
    Roles.step("n", member(Role.LEADER, 4, 1, 1), member(Role.FOLLOWER, 5, 0, 0));
    Roles.step("n", member(Role.FOLLOWER, 5, 0, 2), member(Role.CANDIDATE, 6, 1, 0));
    Roles.step("n", member(Role.CANDIDATE, 6, 1, 0), member(Role.PRE_CANDIDATE, 6, 1, 0));
  }

  @Test
  void a_leader_that_was_no_candidate_is_noticed() {
    illegal(member(Role.FOLLOWER, 3, 1, 0), member(Role.LEADER, 3, 1, 1));
    illegal(member(Role.PRE_CANDIDATE, 3, 1, 0), member(Role.LEADER, 3, 1, 1));
    illegal(member(Role.CANDIDATE, 3, 1, 0), member(Role.LEADER, 4, 1, 1));
    illegal(member(Role.LEADER, 3, 1, 1), member(Role.LEADER, 4, 1, 1));
  }

  @Test
  void a_leader_that_campaigns_is_noticed() {
    illegal(member(Role.LEADER, 3, 1, 1), member(Role.CANDIDATE, 4, 1, 0));
    illegal(member(Role.LEADER, 3, 1, 1), member(Role.PRE_CANDIDATE, 3, 1, 0));
  }

  @Test
  void a_campaign_without_a_new_term_or_with_another_vote_is_noticed() {
    illegal(member(Role.FOLLOWER, 3, 1, 0), member(Role.CANDIDATE, 3, 1, 0));
    illegal(member(Role.FOLLOWER, 3, 0, 0), member(Role.CANDIDATE, 4, 2, 0));
  }

  @Test
  void a_learner_that_campaigns_is_noticed() {
    var learner = Configuration.of(List.of(2L, 3L), List.of(1L));
    illegal(member(learner, Role.FOLLOWER, 3, 0, 2), member(learner, Role.PRE_CANDIDATE, 3, 0, 0));
  }

  @Test
  void an_only_voter_elects_itself_in_one_step() {
    var alone = Configuration.of(List.of(1L));
    Roles.step("n", member(alone, Role.FOLLOWER, 0, 0, 0), member(alone, Role.LEADER, 1, 1, 1));
  }

  private static void illegal(RaftStatus then, RaftStatus now) {
    assertThatThrownBy(() -> Roles.step("n", then, now))
        .isInstanceOfSatisfying(
            Violation.class,
            violation -> assertThat(violation.check()).isEqualTo("I10 role-transitions"));
  }

  private static RaftStatus member(Role role, long term, long vote, long leader) {
    return member(THREE, role, term, vote, leader);
  }

  private static RaftStatus member(
      Configuration configuration, Role role, long term, long vote, long leader) {
    return new RaftStatus(
        1,
        role,
        leader,
        new HardState(term, vote, 0),
        1,
        LogPosition.START,
        0,
        false,
        configuration,
        Collections.unmodifiableSortedMap(new TreeMap<>()));
  }
}
