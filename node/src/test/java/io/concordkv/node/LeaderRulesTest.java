package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderRulesTest {
  private static final NodeConfig PLAIN = NodeConfig.DEFAULT;

  private static NodeConfig priority(int priority) {
    return PLAIN.withLeaders(new LeaderRules(0, priority));
  }

  private static List<Object> read(TestNodes nodes, TestNodes.One at) {
    var answers = new ArrayList<Object>();
    at.node()
        .range(
            RangeQuery.of(new Span(Bytes.of("k"), Bytes.EMPTY)),
            false,
            Reply.<Answer<Result.Ranged>>from(answers::add, answers::add));
    nodes.simulation.runFor(Duration.ofMillis(5));
    return answers;
  }

  @Test
  void leadership_goes_to_the_member_of_the_highest_priority() {
    var nodes = TestNodes.found(3, priority(3));
    for (int i = 0; i < 3; i++) {
      nodes.configs.put("n" + i, priority(i == 1 ? 8 : 3));
      nodes.stop("n" + i);
      nodes.start("n" + i);
      nodes.settle();
    }
    nodes.until("n1 leads", () -> nodes.one("n1").leads());
    nodes.kill("n1");
    var interim = nodes.leader();
    nodes.put(interim, "k");
    nodes.start("n1");
    nodes.until("n1 leads again", () -> nodes.one("n1").leads());
    assertThat(nodes.keys(nodes.one("n1"))).isOne();
  }

  @Test
  void a_learner_that_keeps_up_gets_its_vote_without_being_told() {
    var nodes = TestNodes.found(1, PLAIN.withMembers(new MemberRules(true, 1, 10)));
    var first = nodes.leader();
    for (int i = 0; i < 30; i++) {
      nodes.put(first, "k" + i);
    }
    nodes.add(first, "n1", true);
    nodes.simulation.runFor(Duration.ofSeconds(5));
    assertThat(first.node().shard().members()).filteredOn(Member::learner).hasSize(1);

    var learner = nodes.join("n1", first);
    nodes.until(
        "it has a vote", () -> first.node().raftStatus().configuration().voters().size() == 2);
    nodes.until(
        "it knows that it votes",
        () -> learner.standing == Standing.VOTER && learner.members.size() == 2);
    assertThat(first.node().shard().members()).noneMatch(Member::learner);
    assertThat(nodes.keys(learner)).isEqualTo(30);
  }

  @Test
  void without_a_margin_a_learner_stays_one() {
    var nodes = TestNodes.found(1, PLAIN);
    nodes.add(nodes.leader(), "n1", true);
    var learner = nodes.join("n1", nodes.leader());
    nodes.settle();
    nodes.simulation.runFor(Duration.ofSeconds(60));
    assertThat(learner.standing).isEqualTo(Standing.LEARNER);
  }

  @Test
  void under_a_lease_a_leader_reads_without_the_others_and_no_longer() {
    var nodes = TestNodes.found(3, PLAIN.withLeaders(new LeaderRules(10, 10)));
    nodes.put(nodes.leader(), "k");
    nodes.simulation.runFor(Duration.ofSeconds(1));
    var leader = nodes.leader();
    List.of("n0", "n1", "n2").stream()
        .filter(name -> nodes.one(name) != leader)
        .forEach(nodes::kill);

    assertThat(read(nodes, leader)).hasOnlyElementsOfType(Answer.class).hasSize(1);
    nodes.simulation.runFor(Duration.ofMillis(850));
    assertThat(read(nodes, leader)).as("the lease is over").isEmpty();
  }

  @Test
  void without_leases_a_leader_asks() {
    var nodes = TestNodes.found(3, PLAIN);
    var leader = nodes.leader();
    List.of("n0", "n1", "n2").stream()
        .filter(name -> nodes.one(name) != leader)
        .forEach(nodes::kill);
    assertThat(read(nodes, leader)).isEmpty();
  }
}
