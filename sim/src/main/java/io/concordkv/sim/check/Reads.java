package io.concordkv.sim.check;

import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.sim.model.ApiModel;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The answers to reads. Each names the revision it was read at, which must exist, lie in the
/// window between question and answer, and hold exactly what was answered.
public final class Reads {
  public static final String STALE = "I12 stale-read";
  public static final String FUTURE = "model.future-revision";
  public static final String COMPACTED = "model.compacted";

  private final ApiModel model;
  private final ArrayDeque<Runnable> claims = new ArrayDeque<>();
  private long acknowledged = 1;
  private long compactionTold = -1;

  /// @param revision the answer may come from no earlier one
  /// @param compacted what lies below was unreadable already
  public record Ask(String node, long member, long revision, long compacted) {}

  public Reads(Replay replay) {
    model = replay.model();
  }

  /// The newest revision that anybody was told of: what a linearizable read may not fall behind.
  public long acknowledged() {
    return acknowledged;
  }

  /// Somebody was told of `revision`.
  public void acknowledged(long revision) {
    acknowledged = Math.max(acknowledged, revision);
  }

  /// Somebody was told that everything below `revision` is unreadable.
  public void compacted(long revision) {
    compactionTold = Math.max(compactionTold, revision);
  }

  /// A read that has to have all that was acknowledged to anybody.
  public Ask linearizable(String node, long member) {
    return new Ask(node, member, acknowledged, compactionTold);
  }

  /// A read of what a member has, which is at `revision`, compacted to `compacted`.
  public Ask serializable(String node, long member, long revision, long compacted) {
    return new Ask(node, member, revision, compacted);
  }

  /// I12, as the answer comes in.
  public void fresh(Ask ask, long revision) {
    Violation.unless(
        revision >= ask.revision, STALE, "an answer from revision " + revision + " to " + ask);
  }

  public void ranged(Ask ask, RangeQuery query, Answer<Result.Ranged> answer) {
    fresh(ask, answer.header().revision());
    claims.add(() -> {
      header(ask, answer);
      readable(ask, query, answer.value());
      var expected = model.range(query, answer.value().revision());
      Violation.unless(
          expected.equals(answer.value()),
          Answers.RANGE,
          ask + " " + query + " was told " + answer.value() + ", the model says " + expected);
    });
  }

  public void committed(Ask ask, Operation.GuardedCommit commit, Answer<Result> answer) {
    fresh(ask, answer.header().revision());
    claims.add(() -> {
      header(ask, answer);
      long now = answer.value().revision();
      for (var query : queries(commit, now)) {
        readable(ask, query, answer.value());
      }
      var expected = model.read(commit, now);
      Violation.unless(
          expected.equals(answer.value()),
          Answers.COMMIT,
          ask + " " + commit + " was told " + answer.value() + ", the model says " + expected);
    });
  }

  /// A read of `queries` failed: with some codes one of them has to be wrong.
  public void failed(Ask ask, List<RangeQuery> queries, ErrorCode code) {
    claims.add(() -> {
      boolean fits =
          switch (code) {
            case COMPACTED ->
                queries.stream()
                    .anyMatch(query ->
                        query.revision() > 0 && query.revision() < model.compactRevision());
            case FUTURE_REVISION ->
                queries.stream().anyMatch(query -> query.revision() > ask.revision);
            default -> true;
          };
      Violation.unless(
          fits,
          code == ErrorCode.COMPACTED ? COMPACTED : FUTURE,
          ask + " " + queries + " failed with " + code + " at revision " + model.revision());
    });
  }

  /// Judges what was told since the last time, as [Writes#judge()].
  public void judge() {
    for (var claim = claims.poll(); claim != null; claim = claims.poll()) {
      claim.run();
    }
  }

  private void header(Ask ask, Answer<? extends Result> answer) {
    long revision = answer.value().revision();
    Violation.unless(
        answer.header().revision() == revision
            && answer.header().memberId() == ask.member
            && revision <= model.revision(),
        Answers.HEADER,
        answer + " to " + ask + " at revision " + model.revision());
  }

  private static void readable(Ask ask, RangeQuery query, Result result) {
    Violation.unless(
        query.revision() <= 0 || query.revision() >= ask.compacted,
        COMPACTED,
        ask + " " + query + " was told " + result);
    Violation.unless(
        query.revision() <= result.revision(), FUTURE, ask + " " + query + " was told " + result);
  }

  /// What is read by the branch that is taken.
  private List<RangeQuery> queries(Operation.GuardedCommit commit, long now) {
    var queries = new ArrayList<RangeQuery>();
    for (var operation : model.holds(commit, now) ? commit.success() : commit.failure()) {
      if (operation instanceof Operation.Range(var query)) {
        queries.add(query);
      }
    }
    return queries;
  }
}
