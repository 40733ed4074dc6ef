package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.TestNodes.One;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.raft.Configuration;
import java.time.Duration;
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

  /// With room for two learners.
  private static final NodeConfig LEARNERS =
      NodeConfig.DEFAULT.withMembers(new MemberRules(true, 2, 0));

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

    nodes.until("it ends", () -> leader.removed.equals(List.of(id)));
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> remove(leader, id));
    nodes.put(leader, "k");
  }

  @Test
  void a_leader_that_is_removed_hands_over_and_ends() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var follower = nodes.follower();
    assertThat(remove(follower, leader.node().id())).hasSize(2);

    nodes.until("it ends", () -> nodes.refused(leader));
    nodes.put(follower, "k");
    var name = nodes.name(leader);
    nodes.stop(name);
    nodes.put(nodes.leader(), "l");
    assertThat(nodes.refused(nodes.start(name))).isTrue();
  }

  @Test
  void who_was_removed_is_there_until_those_who_stay_know_of_it() {
    nodes = TestNodes.found(2, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var other = nodes.follower();
    long id = leader.node().id();
    leader.node().membership().remove(id, Reply.from(_ -> {}, _ -> {}));
    long last = leader.node().raftStatus().last().index();
    nodes.until("the other has it", () -> other.node().raftStatus().last().index() > last);
    leader.mute = true;
    nodes.until("it is out", () -> leader.node().shard().wasRemoved(id));
    nodes.simulation.runFor(Duration.ofMinutes(1));
    assertThat(other.node().shard().wasRemoved(id)).isFalse();
    assertThat(nodes.refused(leader)).isFalse();

    leader.mute = false;
    nodes.put(other, "k");
    nodes.until("it ends", () -> nodes.refused(leader));
  }

  @Test
  void those_who_stay_release_who_was_removed() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var follower = nodes.follower();
    long id = follower.node().id();
    remove(leader, id);
    nodes.until("it ends", () -> nodes.refused(follower));
    assertThat(leader.node().shard().wasReleased(id)).isTrue();
    assertThat(leader.node().shard().neededMembers()).isEmpty();
    assertThat(follower.node().shard().neededMembers()).containsExactly(id);
  }

  @Test
  void an_added_voter_that_never_comes_keeps_the_next_one_out() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    nodes.add(leader, "n3", false);
    refused(ErrorCode.UNHEALTHY, () -> nodes.add(leader, "n4", false));
  }

  private Membership.Replaced replace(One at, Command.Succession... wanted) {
    return nodes.ask(reply -> at.node().membership().replace(List.of(wanted), reply));
  }

  private static Command.Succession byNew(long member, String name) {
    return new Command.Succession(member, 0, List.of(TestNodes.url(name)));
  }

  private static Command.Succession byLearner(long member, long learner) {
    return new Command.Succession(member, learner, List.of());
  }

  private void untilVoters(Long... voters) {
    nodes.until(
        "these vote",
        () ->
            nodes
                .leader()
                .node()
                .raftStatus()
                .configuration()
                .equals(Configuration.of(List.of(voters))));
  }

  @Test
  void a_new_member_takes_the_place_of_a_dead_one_in_one_change_at_the_same_address() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var dead = nodes.follower();
    long id = dead.node().id();
    var name = nodes.name(dead);
    nodes.kill(name);
    nodes.settle();
    var leader = nodes.leader();
    nodes.put(leader, "before");

    var replaced = replace(leader, byNew(id, name));
    long successor = replaced.successors().getFirst().id();
    assertThat(successor).isNotEqualTo(id);
    nodes.until("the dead one is out", () -> leader.removed.contains(id));
    var joined = nodes.join("another machine", TestNodes.url(name), leader);
    nodes.settle();
    assertThat(leader.members).hasSize(3).allMatch(Member::started);
    nodes.put(joined, "after");
    assertThat(nodes.keys(joined)).isEqualTo(2);
  }

  @Test
  void learners_that_have_caught_up_take_the_places_of_two_voters_at_once_and_the_leaders_too() {
    nodes = TestNodes.found(3, LEARNERS);
    var leader = nodes.leader();
    long old = leader.node().id();
    long other = nodes.follower().node().id();
    var third =
        leader.members.stream()
            .mapToLong(Member::id)
            .filter(id -> id != old && id != other)
            .findFirst()
            .orElseThrow();
    nodes.add(leader, "n3", true);
    nodes.add(leader, "n4", true);
    var n3 = nodes.join("n3", leader);
    var n4 = nodes.join("n4", leader);
    nodes.settle();

    replace(n3, byLearner(old, n3.node().id()), byLearner(other, n4.node().id()));
    nodes.until("the old leader ends", () -> nodes.refused(leader));
    nodes.stop(nodes.name(leader));
    untilVoters(third, n3.node().id(), n4.node().id());
    nodes.put(n4, "k");
    assertThat(n4.removed).containsExactlyInAnyOrder(old, other);
    assertThat(n4.members).extracting(Member::standing).containsOnly(Standing.VOTER);
  }

  @Test
  void who_replaces_a_learner_or_a_witness_is_one_too() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    long learner = nodes.add(leader, "n3", true).member().id();
    var next = replace(leader, byNew(learner, "n4")).successors().getFirst();
    assertThat(next.standing()).isEqualTo(Standing.LEARNER);
    remove(leader, next.id());

    long witness = nodes.add(leader, "w0", Standing.WITNESS).member().id();
    var successor = replace(leader, byNew(witness, "w1")).successors().getFirst();
    assertThat(successor.standing()).isEqualTo(Standing.WITNESS);
    nodes.until("the change is complete", () -> leader.removed.contains(witness));
  }

  @Test
  void a_replacement_that_does_not_fit_or_would_cost_the_quorum_is_refused() {
    nodes = TestNodes.found(3, NodeConfig.DEFAULT);
    var leader = nodes.leader();
    var follower = nodes.follower();
    long self = leader.node().id();
    long one = follower.node().id();
    var taken = nodes.name(follower);
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> replace(leader, byNew(1, "x")));
    refused(ErrorCode.MEMBER_NOT_FOUND, () -> replace(leader, byLearner(one, 1)));
    refused(ErrorCode.NOT_A_LEARNER, () -> replace(leader, byLearner(one, self)));
    refused(ErrorCode.PEER_URL_EXISTS, () -> replace(leader, byNew(self, taken)));
    refused(ErrorCode.BAD_REPLACEMENT, () -> replace(leader));
    refused(ErrorCode.BAD_REPLACEMENT, () -> replace(leader, byNew(one, "x"), byNew(one, "y")));
    refused(ErrorCode.BAD_REPLACEMENT, () -> replace(leader, byNew(one, "x"), byNew(self, "x")));
    refused(ErrorCode.NOT_ENOUGH_STARTED, () -> replace(leader, byNew(one, "x"), byNew(self, "y")));
    long learner = nodes.add(leader, "n3", true).member().id();
    refused(ErrorCode.LEARNER_NOT_READY, () -> replace(leader, byLearner(one, learner)));

    nodes.kill(taken);
    nodes.simulation.runFor(Duration.ofSeconds(1));
    refused(ErrorCode.UNHEALTHY, () -> replace(leader, byNew(self, "x")));
    assertThat(replace(leader, byNew(one, "x")).successors()).hasSize(1);
  }
}
