package io.concordkv.node;

import static io.concordkv.base.ErrorCode.STOPPED;
import static io.concordkv.base.ErrorCode.TIMEOUT;
import static io.concordkv.base.ErrorCode.TOO_MANY_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Physical compactions: when they are answered, and what if nobody can delete any more.
final class PurgeWaitsTest {
  private static final int WRITES = 3000;

  private final TestNodes nodes = TestNodes.found(3, NodeConfig.DEFAULT);
  private final TestNodes.One asked = nodes.follower();
  private final List<Answer<Result>> done = new ArrayList<>();
  private final List<ConcordException> failed = new ArrayList<>();

  private void compact() {
    var leader = nodes.leader();
    for (int i = 0; i < WRITES; i++) {
      nodes.put(leader, "key");
    }
    nodes.until(
        "all is here",
        () -> asked.node().shard().store().revision() == leader.node().shard().store().revision());
    asked.node().compact(WRITES - 1, true, Reply.from(done::add, failed::add));
    nodes.until("it begins", () -> asked.node().shard().store().purgeStep() != null);
  }

  @Test
  void the_answer_comes_when_all_is_deleted() {
    compact();
    assertThat(done).isEmpty();
    nodes.until("the answer", () -> !done.isEmpty());
    assertThat(asked.node().shard().store().purgeStep()).isNull();
    assertThat(failed).isEmpty();
  }

  @Test
  void without_a_leader_it_fails_in_the_end() {
    compact();
    List.of("n0", "n1", "n2").stream()
        .filter(name -> !name.equals(nodes.name(asked)))
        .forEach(nodes::kill);
    nodes.until("the answer", () -> !failed.isEmpty());
    assertThat(failed.getFirst().code()).isEqualTo(TIMEOUT);
    assertThat(done).isEmpty();
    assertThat(asked.node().shard().store().purgeStep()).isNotNull();
  }

  @Test
  void no_more_of_them_wait_than_of_other_requests() {
    compact();
    int most = NodeConfig.DEFAULT.maxPending();
    var waits = new PurgeWaits(NodeConfig.DEFAULT, asked.env.clock(), asked.node().shard());
    var reply = Reply.<Integer>from(_ -> {}, failed::add);
    for (int i = 0; i < most; i++) {
      waits.before(reply).done(i);
    }
    assertThat(failed).isEmpty();
    waits.before(reply).done(most);
    assertThat(failed).extracting(ConcordException::code).containsExactly(TOO_MANY_REQUESTS);
    waits.close();
    waits.before(reply).done(most);
    assertThat(failed.subList(1, most + 2)).allMatch(each -> each.code() == STOPPED);
  }
}
