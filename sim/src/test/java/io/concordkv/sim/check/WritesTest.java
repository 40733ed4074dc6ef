package io.concordkv.sim.check;

import static io.concordkv.sim.model.PlantedLog.MEMBER;
import static io.concordkv.sim.model.PlantedLog.answer;
import static io.concordkv.sim.model.PlantedLog.delete;
import static io.concordkv.sim.model.PlantedLog.ifValue;
import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.Header;
import io.concordkv.node.command.RequestId;
import io.concordkv.sim.model.PlantedLog;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each guarantee is broken once, by hand.
class WritesTest {
  private final PlantedLog log = new PlantedLog();
  private final Writes writes = new Writes(log.replay());

  @Test
  void what_is_committed_and_rightly_answered_is_fine() {
    done(put("a", "1"), answer(commit(put("a", "1"))));
    var again = writes.ask(put("a", "2"), MEMBER);
    writes.done(again, answer(log.commit(put("a", "2"))));
    writes.ask(put("a", "3"), MEMBER);
    var unnamed = writes.askGrant(4, MEMBER);
    writes.done(unnamed, answer(log.commit(new Mutation.GrantLease(99, 4))));
    var wrong = new Operation.Put(Bytes.of("b"), Bytes.EMPTY, 0, false, true, false);
    var refused = writes.ask(wrong, MEMBER);
    log.commit(wrong);
    writes.failed(refused, ErrorCode.KEY_NOT_FOUND);
    writes.judge();
  }

  @Test
  void an_acknowledged_write_that_is_not_in_the_log_is_noticed() {
    var ask = writes.ask(put("a", "1"), MEMBER);
    writes.done(ask, answer(new Result.PutDone(2, null)));
    broken(Writes.ACKNOWLEDGED);
  }

  @Test
  void one_entry_does_not_make_two_acknowledgements() {
    var one = writes.ask(delete("a"), MEMBER);
    var other = writes.ask(delete("a"), MEMBER);
    var outcome = log.commit(delete("a"));
    writes.done(one, answer(outcome));
    writes.judge();
    writes.done(other, answer(outcome));
    broken(Writes.ACKNOWLEDGED);
  }

  @Test
  void an_entry_of_before_the_question_is_no_answer() {
    writes.ask(delete("a"), MEMBER);
    var outcome = log.commit(delete("a"));
    writes.done(writes.ask(delete("a"), MEMBER), answer(outcome));
    broken(Writes.ACKNOWLEDGED);
  }

  @Test
  void a_write_that_is_applied_twice_is_noticed() {
    writes.ask(put("a", "1"), MEMBER);
    log.commit(put("a", "1"));
    assertViolation(Writes.ONCE, () -> log.commit(put("a", "1")));
  }

  @Test
  void a_request_that_is_committed_twice_is_noticed() {
    writes.ask(put("a", "1"), MEMBER);
    writes.ask(put("a", "2"), MEMBER);
    log.commit(put("a", "1"), new RequestId(MEMBER, 1, 50));
    assertViolation(Writes.ONCE, () -> log.commit(put("a", "2"), new RequestId(MEMBER, 1, 50)));
  }

  @Test
  void a_refused_write_that_is_applied_is_noticed() {
    writes.failed(writes.ask(put("a", "1"), MEMBER), ErrorCode.TOO_MANY_REQUESTS);
    writes.judge();
    assertViolation(Writes.REFUSED, () -> log.commit(put("a", "1")));
    writes.ask(put("a", "2"), MEMBER);
    log.commit(put("a", "2"));
    writes.failed(new Writes.Ask(put("a", "2"), MEMBER, 0), ErrorCode.TOO_MANY_REQUESTS);
    broken(Writes.REFUSED);
  }

  @Test
  void a_wrong_previous_pair_is_noticed() {
    commit(put("a", "1"));
    commit(put("a", "2"));
    var wrong = new KeyValue(Bytes.of("a"), 2, 2, 1, 0, Bytes.of("0"));
    done(put("a", "2"), answer(new Result.PutDone(3, wrong)));
    broken(Answers.PUT);
  }

  @Test
  void a_wrong_count_of_deletions_is_noticed() {
    commit(put("a", "1"));
    commit(delete("a"));
    done(delete("a"), answer(new Result.Deleted(3, 0, List.of())));
    broken(Answers.DELETE);
  }

  @Test
  void a_wrong_branch_is_noticed() {
    commit(put("a", "1"));
    var commit = ifValue("a", "1", put("a", "2"), put("a", "3"));
    commit(commit);
    var wrong = new Result.PutDone(3, log.model().at(Bytes.of("a"), 2));
    done(commit, answer(new Result.Committed(3, false, List.of(wrong))));
    broken(Answers.COMMIT);
  }

  @Test
  void a_wrong_rejection_is_noticed() {
    commit(put("a", "1"));
    commit(new Mutation.Compact(2));
    writes.failed(new Writes.Ask(new Mutation.Compact(2), MEMBER, 0), ErrorCode.COMPACTED);
    broken(Answers.COMPACT);
    commit(new Mutation.GrantLease(3, 9));
    done(new Mutation.GrantLease(3, 9), answer(new Result.Granted(2, 3, 8)));
    broken(Answers.LEASE);
  }

  @Test
  void a_wrong_header_is_noticed() {
    var outcome = commit(put("a", "1"));
    var right = answer(outcome);
    done(put("a", "1"), new Answer<>(new Header(1, MEMBER, 3, 1), right.value()));
    broken(Answers.HEADER);
    done(put("a", "1"), new Answer<>(new Header(1, MEMBER + 1, 2, 1), right.value()));
    broken(Answers.HEADER);
  }

  private io.concordkv.mvcc.Outcome commit(Mutation mutation) {
    writes.ask(mutation, MEMBER);
    return log.commit(mutation);
  }

  /// The answer to something asked for before anything was committed.
  private void done(Mutation mutation, Answer<? extends Result> answer) {
    writes.done(new Writes.Ask(mutation, MEMBER, 0), answer);
  }

  private void broken(String check) {
    assertViolation(check, writes::judge);
  }

  private static void assertViolation(String check, Runnable told) {
    assertThatThrownBy(told::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
