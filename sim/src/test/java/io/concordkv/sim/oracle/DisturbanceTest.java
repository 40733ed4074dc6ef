package io.concordkv.sim.oracle;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.raft.Configuration;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DisturbanceTest {
  private static final String ASKS = "I17 asks-before-it-campaigns";
  private static final String LEAVES = "I17 leaves-a-leader-alone";

  private long nanos;
  private final Disturbance disturbance = new Disturbance(() -> nanos, 100);

  @BeforeEach
  void everybodyFollows() {
    for (long id = 1; id <= 3; id++) {
      see(id, Role.FOLLOWER, 4);
    }
  }

  private void see(long id, Role role, long term) {
    disturbance.look(
        this,
        new RaftStatus(
            id,
            role,
            0,
            new HardState(term, 0, 0),
            1,
            LogPosition.START,
            0,
            false,
            Configuration.of(List.of(1L, 2L, 3L), List.of(4L)),
            new TreeMap<>()));
  }

  private void promises(long from, long to, long term) {
    disturbance.said(new Message.VoteReply(from, to, term, true, true, LogPosition.START));
  }

  private void hears(long follower) {
    disturbance.said(new Message.HeartbeatReply(follower, 3, 4, 0, 0, 0));
  }

  private void leads(long leader) {
    disturbance.said(new Message.Heartbeat(leader, 1, 4, 0, 0));
  }

  private static void broken(String check, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(Violation.class).hasMessageStartingWith(check);
  }

  @Test
  void who_has_the_word_of_a_quorum_may_campaign() {
    promises(2, 1, 5);
    see(1, Role.CANDIDATE, 5);
  }

  @Test
  void who_has_it_of_an_older_term_or_of_a_learner_may_not() {
    promises(2, 1, 4);
    promises(4, 1, 5);
    broken(ASKS, () -> see(1, Role.CANDIDATE, 5));
  }

  @Test
  void whom_its_leader_told_to_may_campaign_in_the_next_term_only() {
    disturbance.said(new Message.TimeoutNow(3, 1, 4));
    see(1, Role.CANDIDATE, 5);
    see(1, Role.FOLLOWER, 5);
    broken(ASKS, () -> see(1, Role.CANDIDATE, 6));
  }

  @Test
  void who_hears_its_leader_gives_nobody_its_word() {
    hears(2);
    nanos += 99;
    broken(LEAVES, () -> promises(2, 1, 5));
    nanos += 1;
    promises(2, 1, 5);
  }

  @Test
  void who_saw_a_connection_close_or_has_started_again_may() {
    hears(2);
    disturbance.disconnected(2);
    promises(2, 1, 5);
    hears(2);
    disturbance.cuts(1);
    disturbance.cuts(0);
    promises(2, 1, 5);
  }

  @Test
  void no_leader_gives_its_word() {
    see(3, Role.LEADER, 4);
    leads(3);
    broken(LEAVES, () -> promises(3, 1, 5));
  }

  @Test
  void what_it_promised_before_it_led_it_may_tell_before_it_says_so() {
    see(3, Role.LEADER, 4);
    promises(3, 1, 5);
    leads(3);
    broken(LEAVES, () -> promises(3, 1, 5));
  }
}
