package io.concordkv.sim.oracle;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.node.Backlog;
import io.concordkv.node.NodeConfig;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftBacklog;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BoundsTest {
  private static final NodeConfig CONFIG = NodeConfig.DEFAULT;
  private static final long FULL = CONFIG.raft().maxWaitingBytes();
  private static final long MUCH = 2 * CONFIG.raft().maxUncommittedBytes();

  private final Bounds bounds = new Bounds(CONFIG);

  private void look(Role role, long last, long applied, RaftBacklog raft) {
    var status =
        new RaftStatus(
            1,
            role,
            1,
            new HardState(5, 1, 10),
            1,
            new LogPosition(last, 5),
            applied,
            false,
            Configuration.of(List.of(1L, 2L)),
            new TreeMap<>());
    bounds.look("n", this, status, new Backlog(0, 0, 0, 0, raft));
  }

  private void look(int writes, int unsent, int reads, int questions) {
    var status =
        new RaftStatus(
            1,
            Role.FOLLOWER,
            2,
            new HardState(5, 1, 10),
            1,
            new LogPosition(10, 5),
            10,
            false,
            Configuration.of(List.of(1L, 2L)),
            new TreeMap<>());
    var none = new RaftBacklog(0, 0, 0, 0, 0);
    bounds.look("n", this, status, new Backlog(writes, unsent, reads, questions, none));
  }

  private static RaftBacklog waiting(long bytes, long needed) {
    return new RaftBacklog(0, 0, 0, bytes, needed);
  }

  private static RaftBacklog uncommitted(long bytes) {
    return new RaftBacklog(0, 0, bytes, 0, 0);
  }

  @Test
  void a_leader_that_takes_more_than_may_be_uncommitted_is_noticed() {
    look(Role.LEADER, 10, 10, uncommitted(0));
    assertThatThrownBy(() -> look(Role.LEADER, 20, 10, uncommitted(MUCH)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("I18 bounded");
  }

  @Test
  void what_was_uncommitted_when_it_became_the_leader_does_not_count() {
    look(Role.CANDIDATE, 20, 10, uncommitted(0));
    look(Role.LEADER, 20, 10, uncommitted(MUCH));
    look(Role.LEADER, 20, 10, uncommitted(MUCH));
  }

  @Test
  void a_full_follower_that_takes_entries_is_noticed() {
    look(Role.FOLLOWER, 10, 5, waiting(FULL, 0));
    assertThatThrownBy(() -> look(Role.FOLLOWER, 11, 5, waiting(FULL, 0)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("I18 bounded");
  }

  @Test
  void entries_may_come_once_something_was_applied_or_when_the_state_lacks_them() {
    look(Role.FOLLOWER, 10, 5, waiting(FULL, 0));
    look(Role.FOLLOWER, 11, 6, waiting(FULL, 0));
    look(Role.FOLLOWER, 11, 6, waiting(FULL, 12));
    look(Role.FOLLOWER, 12, 6, waiting(FULL, 12));
  }

  @Test
  void more_appends_than_may_be_under_way_are_noticed() {
    int many = CONFIG.raft().maxInflightMessages() + 1;
    assertThatThrownBy(() -> look(Role.LEADER, 10, 10, new RaftBacklog(many, 0, 0, 0, 0)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("I18 bounded");
  }

  @Test
  void more_calls_that_wait_than_may_are_noticed() {
    int most = CONFIG.maxPending();
    look(most, most, most, most);
    assertNoticed(() -> look(most + 1, 0, 0, 0));
    assertNoticed(() -> look(0, most + 1, 0, 0));
    assertNoticed(() -> look(0, 0, most + 1, 0));
    assertNoticed(() -> look(0, 0, 0, most + 1));
  }

  @Test
  void more_bytes_under_way_than_may_be_are_noticed() {
    var raft = CONFIG.raft();
    long most = raft.maxInflightBytes() + raft.maxAppendBytes();
    look(Role.LEADER, 10, 10, new RaftBacklog(1, most, 0, 0, 0));
    assertNoticed(() -> look(Role.LEADER, 10, 10, new RaftBacklog(1, 2 * most, 0, 0, 0)));
  }

  private static void assertNoticed(ThrowingCallable look) {
    assertThatThrownBy(look).isInstanceOf(Violation.class).hasMessageContaining("I18 bounded");
  }
}
