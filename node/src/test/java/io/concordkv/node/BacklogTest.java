package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Operation;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BacklogTest {
  @Test
  void nothing_is_kept_of_writes_that_failed_while_there_was_no_leader() {
    var nodes = TestNodes.found(2, NodeConfig.DEFAULT);
    var left = nodes.leader();
    nodes.kill(nodes.name(nodes.follower()));
    nodes.until("nobody leads", () -> left.node().raftStatus().leader() == 0);

    var failures = new ArrayList<ErrorCode>();
    var put = new Operation.Put(Bytes.of("k"), Bytes.of("v"), 0, false, false, false);
    for (int i = 0; i < 50; i++) {
      left.node()
          .write(put, Reply.from(_ -> {}, (ConcordException error) -> failures.add(error.code())));
    }
    nodes.simulation.runFor(Duration.ofSeconds(1));
    assertThat(left.node().backlog().unsent()).isEqualTo(50);

    nodes.until("all failed", () -> failures.size() == 50);
    assertThat(left.node().backlog().writes()).isZero();
    assertThat(left.node().backlog().unsent()).isZero();
  }
}
