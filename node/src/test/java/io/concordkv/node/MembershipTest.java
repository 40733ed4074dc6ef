package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.TestNodes.One;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MembershipTest {
  static final NodeConfig SMALL_LOG = small(NodeConfig.DEFAULT);

  /// So that who joins late needs a snapshot.
  private static NodeConfig small(NodeConfig config) {
    return new NodeConfig(
        config.tick(),
        config.electionTicks(),
        10,
        0,
        0,
        config.maxEntryBytes(),
        config.maxApplyLag(),
        config.maxPending(),
        config.restTicks(),
        config.raft(),
        config.wal(),
        config.lsm(),
        config.mvcc(),
        config.watch(),
        config.members(),
        config.leaders(),
        config.upkeep());
  }

  private TestNodes nodes = TestNodes.found(1, NodeConfig.DEFAULT);

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ConcordException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  private List<Member> remove(One at, long id) {
    return nodes.ask(reply -> at.node().membership().remove(id, reply));
  }

  private List<Member> promote(One at, long id) {
    return nodes.ask(reply -> at.node().membership().promote(id, reply));
  }

  private List<Member> update(One at, long id, String... urls) {
    return nodes.ask(reply -> at.node().membership().update(id, List.of(urls), reply));
  }

  private One grow(String name) {
    nodes.add(nodes.leader(), name, false);
    var joined = nodes.join(name, nodes.leader());
    nodes.settle();
    return joined;
  }

  @Test
  void a_cluster_grows_and_the_new_ones_have_what_was_written_before() {
    nodes.put(nodes.leader(), "before");
    grow("n1");
    var third = grow("n2");
    nodes.put(third, "after");

    assertThat(third.members).extracting(Member::name).containsExactlyInAnyOrder("n0", "n1", "n2");
    nodes.stop("n0");
    nodes.put(third, "without the first");
    assertThat(nodes.keys(third)).isEqualTo(3);
  }

  @Test
  void who_joins_late_gets_the_members_and_the_removed_with_the_snapshot() {
    nodes = TestNodes.found(1, SMALL_LOG);
    var first = nodes.leader();
    long gone = nodes.add(first, "gone", true).member().id();
    remove(first, gone);
    for (int i = 0; i < 40; i++) {
      nodes.put(first, "k" + i);
    }
    var second = grow("n1");

    assertThat(second.members).hasSize(2);
    assertThat(second.removed).containsExactly(gone);
    assertThat(nodes.keys(second)).isEqualTo(40);
  }

  @Test
  void a_learner_follows_without_a_vote_and_is_promoted_once_it_has_caught_up() {
    var first = nodes.leader();
    var added = nodes.add(first, "n1", true);
    assertThat(added.member().learner()).isTrue();
    refused(ErrorCode.LEARNER_NOT_READY, () -> promote(first, added.member().id()));
    refused(ErrorCode.TOO_MANY_LEARNERS, () -> nodes.add(first, "n2", true));

    var learner = nodes.join("n1", first);
    nodes.settle();
    assertThat(learner.standing).isEqualTo(Standing.LEARNER);
    assertThat(learner.node().raftStatus().configuration().voters()).hasSize(1);

    assertThat(promote(learner, learner.node().id())).noneMatch(Member::learner);
    nodes.until("it knows that it votes", () -> learner.standing == Standing.VOTER);
    refused(ErrorCode.NOT_A_LEARNER, () -> promote(first, learner.node().id()));
  }

  @Test
  void what_does_not_fit_the_members_is_refused() {
    var first = nodes.leader();
    long self = first.node().id();
    refused(ErrorCode.PEER_URL_EXISTS, () -> nodes.add(first, "n0", false));
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> remove(first, 1));
    refused(ErrorCode.NOT_ENOUGH_STARTED, () -> remove(first, self));
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> update(first, 1, "http://x:1"));
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> promote(first, 1));
    refused(ErrorCode.NOT_A_LEARNER, () -> promote(first, self));
  }

  @Test
  void a_url_is_changed_and_its_old_one_is_free() {
    var first = nodes.leader();
    long learner = nodes.add(first, "n1", true).member().id();
    refused(ErrorCode.PEER_URL_EXISTS, () -> update(first, learner, TestNodes.url("n0")));
    update(first, first.node().id(), "http://elsewhere:1");
    assertThat(first.members.toString()).contains("http://elsewhere:1").doesNotContain("n0:2380");
    update(first, learner, TestNodes.url("n0"));
  }

  @Test
  void a_removed_member_ends_and_its_id_never_comes_back() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var follower = nodes.follower();
    long id = follower.node().id();
    assertThat(remove(leader, id)).hasSize(2).noneMatch(member -> member.id() == id);

    assertThat(leader.removed).containsExactly(id);
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> remove(leader, id));
    nodes.put(leader, "k");
  }

  @Test
  void a_leader_that_is_removed_hands_over_ends_and_does_not_start_again() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var follower = nodes.follower();
    assertThat(remove(follower, leader.node().id())).hasSize(2);

    nodes.until("it ends", () -> leader.ended);
    nodes.put(follower, "k");
    var name = nodes.name(leader);
    nodes.stop(name);
    nodes.put(nodes.leader(), "l");
    assertThatThrownBy(() -> nodes.start(name)).hasMessageContaining("was removed from cluster");
  }

  @Test
  void an_added_voter_that_never_comes_keeps_the_next_one_out() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    nodes.add(leader, "n3", false);
    refused(ErrorCode.UNHEALTHY, () -> nodes.add(leader, "n4", false));
  }
}
