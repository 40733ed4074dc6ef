package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.TestNodes.One;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class WitnessTest {
  private static final NodeConfig CONFIG = NodeConfig.DEFAULT;

  private TestNodes nodes = TestNodes.found(2, CONFIG);

  private One witness() {
    nodes.add(nodes.leader(), "n2", Standing.WITNESS);
    var witness = nodes.join("n2", nodes.leader());
    nodes.settle();
    return witness;
  }

  /// The first byte of every key that its engine has: the table that it is of.
  private static List<Integer> tables(One at) {
    var tables = new ArrayList<Integer>();
    try (var cursor = at.node().shard().engine().scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        tables.add((int) cursor.key().at(0));
      }
    }
    return tables;
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ConcordException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_SUPPORTED_FOR_WITNESS));
  }

  @Test
  void its_vote_counts_and_it_never_leads() {
    var witness = witness();
    for (int i = 0; i < 4; i++) {
      var leader = nodes.leader();
      nodes.put(leader, "k" + i);
      var other = leader == nodes.one("n0") ? "n1" : "n0";
      nodes.until(
          "the other has it",
          () ->
              nodes.one(other).node().raftStatus().applied()
                  >= leader.node().raftStatus().applied());
      var name = nodes.name(leader);
      nodes.kill(name);
      nodes.until("the other leads", () -> nodes.one(other).leads());
      nodes.put(nodes.one(other), "l" + i);
      nodes.start(name);
      nodes.settle();
      assertThat(witness.leads()).isFalse();
    }
    assertThat(nodes.keys(nodes.one("n0"))).isEqualTo(8);
  }

  @Test
  void it_has_nothing_of_what_is_stored_and_everything_about_the_members() {
    nodes.put(nodes.leader(), "before");
    var witness = witness();
    nodes.put(nodes.leader(), "after");
    nodes.settle();
    nodes.add(nodes.leader(), "n3", true);
    var fourth = nodes.join("n3", nodes.leader());
    nodes.settle();

    assertThat(tables(witness)).isNotEmpty().allMatch(table -> table >= 4);
    assertThat(witness.standing).isEqualTo(Standing.WITNESS);
    assertThat(witness.node().shard().members()).isEqualTo(fourth.node().shard().members());
    assertThat(witness.node().shard().members())
        .filteredOn(Member::witness)
        .singleElement()
        .matches(member -> member.name().equals("n2") && member.started());
    assertThat(witness.node().shard().store().revision()).isOne();
  }

  @Test
  void a_snapshot_that_it_needs_comes_without_data() {
    nodes = TestNodes.found(2, MembershipTest.SMALL_LOG);
    for (int i = 0; i < 60; i++) {
      nodes.put(nodes.leader(), "k" + i);
    }
    nodes.settle();
    var leader = nodes.leader();
    assertThat(leader.node().raftStatus().first()).as("what it needs is gone").isGreaterThan(2);
    var witness = witness();

    assertThat(witness.node().raftStatus().applied())
        .isEqualTo(leader.node().raftStatus().applied());
    assertThat(tables(witness)).isNotEmpty().allMatch(table -> table >= 4);
    assertThat(witness.node().shard().members()).hasSize(3).allMatch(Member::started);
  }

  @Test
  void it_refuses_what_needs_data_and_says_who_is_a_member() {
    var witness = witness();
    refused(() -> nodes.put(witness, "k"));
    refused(() -> nodes.keys(witness));
    assertThat(nodes.<List<Member>>ask(reply -> witness.node().membership().list(false, reply)))
        .hasSize(3);
    assertThat(nodes.<NodeStatus>ask(reply -> witness.node().status(reply)).standing())
        .isEqualTo(Standing.WITNESS);
  }

  @Test
  void it_stays_one_when_it_starts_again_and_cannot_be_made_anything_else() {
    witness();
    nodes.stop("n2");
    var again = nodes.start("n2");
    nodes.settle();
    assertThat(again.standing).isEqualTo(Standing.WITNESS);
    nodes.put(nodes.leader(), "k");
    nodes.settle();
    assertThat(tables(again)).allMatch(table -> table >= 4);
    assertThatThrownBy(() ->
            nodes.<List<Member>>ask(
                reply -> nodes.leader().node().membership().promote(again.node().id(), reply)))
        .isInstanceOfSatisfying(
            ConcordException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_A_LEARNER));
  }

  @Test
  void it_is_removed_like_any_other() {
    var witness = witness();
    long id = witness.node().id();
    assertThat(
            nodes.<List<Member>>ask(reply -> nodes.leader().node().membership().remove(id, reply)))
        .hasSize(2);
    nodes.until("it ends", () -> nodes.refused(witness));
  }

  @Test
  void a_cluster_is_not_recovered_from_what_it_has() {
    var witness = witness();
    long cluster = witness.node().cluster();
    nodes.stop("n2");
    var env = nodes.simulation.env("n2");
    assertThatThrownBy(() -> UnsafeRecovery.run(env, CONFIG, cluster, "somebody", _ -> {}))
        .hasMessageContaining("is the directory of a witness");
    nodes.start("n2");
    nodes.settle();
    nodes.put(nodes.leader(), Bytes.of("k").toUtf8());
  }
}
