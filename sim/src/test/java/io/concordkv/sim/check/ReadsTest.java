package io.concordkv.sim.check;

import static io.concordkv.sim.model.PlantedLog.MEMBER;
import static io.concordkv.sim.model.PlantedLog.answer;
import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Header;
import io.concordkv.sim.model.PlantedLog;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each guarantee is broken once, by hand.
class ReadsTest {
  private static final RangeQuery QUERY = RangeQuery.of(Span.prefix(Bytes.of("a")));

  private final PlantedLog log = new PlantedLog();
  private final Reads reads = new Reads(log.replay());

  @BeforeEach
  void write() {
    log.commit(put("a", "1"));
    log.commit(put("a", "2"));
    log.commit(put("ab", "3"));
  }

  @Test
  void what_was_there_at_the_revision_that_is_named_is_fine() {
    reads.acknowledged(3);
    reads.ranged(ask(), QUERY, answer(log.model().range(QUERY, 3)));
    reads.ranged(ask(), QUERY, answer(log.model().range(QUERY, 4)));
    reads.ranged(ask(), QUERY.at(2), answer(log.model().range(QUERY.at(2), 4)));
    reads.failed(ask(), List.of(QUERY.at(4)), ErrorCode.FUTURE_REVISION);
    reads.failed(ask(), List.of(QUERY), ErrorCode.TIMEOUT);
    log.commit(new Mutation.Compact(3));
    reads.failed(ask(), List.of(QUERY.at(2)), ErrorCode.COMPACTED);
    reads.judge();
  }

  @Test
  void an_answer_from_before_what_was_acknowledged_is_noticed() {
    reads.acknowledged(4);
    assertViolation(
        Reads.STALE, () -> reads.ranged(ask(), QUERY, answer(log.model().range(QUERY, 3))));
  }

  @Test
  void a_member_that_goes_back_is_noticed() {
    var ask = reads.serializable("n", MEMBER, 3, -1);
    assertViolation(
        Reads.STALE, () -> reads.ranged(ask, QUERY, answer(log.model().range(QUERY, 2))));
  }

  @Test
  void a_wrong_value_is_noticed() {
    told(new Result.Ranged(4, log.model().range(QUERY, 3).pairs(), false, 2));
    broken(Answers.RANGE);
  }

  @Test
  void a_wrong_count_is_noticed() {
    told(new Result.Ranged(4, log.model().range(QUERY, 4).pairs(), false, 1));
    broken(Answers.RANGE);
  }

  @Test
  void a_missing_more_is_noticed() {
    var query = QUERY.limit(1);
    var right = log.model().range(query, 4);
    assertThat(right.more()).isTrue();
    var wrong = new Result.Ranged(4, right.pairs(), false, right.count());
    reads.ranged(ask(), query, answer(wrong));
    broken(Answers.RANGE);
  }

  @Test
  void a_revision_that_does_not_exist_is_noticed() {
    told(new Result.Ranged(5, log.model().range(QUERY, 4).pairs(), false, 2));
    broken(Answers.HEADER);
    var result = log.model().range(QUERY, 4);
    reads.ranged(ask(), QUERY, new Answer<>(new Header(1, MEMBER, 3, 1), result));
    broken(Answers.HEADER);
  }

  @Test
  void a_compacted_revision_that_is_still_read_is_noticed() {
    log.commit(new Mutation.Compact(3));
    reads.compacted(3);
    reads.ranged(ask(), QUERY.at(2), answer(log.model().range(QUERY.at(2), 4)));
    broken(Reads.COMPACTED);
  }

  @Test
  void a_readable_revision_that_is_called_compacted_is_noticed() {
    log.commit(new Mutation.Compact(3));
    reads.failed(ask(), List.of(QUERY.at(3)), ErrorCode.COMPACTED);
    broken(Reads.COMPACTED);
  }

  @Test
  void a_future_revision_that_is_read_or_a_past_one_called_so_is_noticed() {
    reads.ranged(ask(), QUERY.at(4), answer(log.model().range(QUERY.at(4), 3)));
    broken(Reads.FUTURE);
    reads.acknowledged(4);
    reads.failed(ask(), List.of(QUERY.at(4)), ErrorCode.FUTURE_REVISION);
    broken(Reads.FUTURE);
  }

  @Test
  void a_wrong_answer_to_a_commit_that_only_reads_is_noticed() {
    var commit =
        new Operation.GuardedCommit(List.of(), List.of(new Operation.Range(QUERY)), List.of());
    reads.committed(ask(), commit, answer(log.model().read(commit, 4)));
    reads.judge();
    reads.committed(ask(), commit, answer(new Result.Committed(4, false, List.of())));
    broken(Answers.COMMIT);
  }

  private Reads.Ask ask() {
    return reads.linearizable("n", MEMBER);
  }

  private void told(Result.Ranged result) {
    reads.ranged(ask(), QUERY, answer(result));
  }

  private void broken(String check) {
    assertViolation(check, reads::judge);
  }

  private static void assertViolation(String check, Runnable told) {
    assertThatThrownBy(told::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
