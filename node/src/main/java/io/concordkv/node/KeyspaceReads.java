package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Reading;
import io.concordkv.mvcc.Result;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Reads what this node has now. What is in memory is answered at once, the rest by a worker.
final class KeyspaceReads {
  private final Env env;
  private final MvccStore store;
  private final Consumer<CorruptionError> damaged;

  /// @param damaged is told when what was to be read is damaged; the request fails
  KeyspaceReads(Env env, MvccStore store, Consumer<CorruptionError> damaged) {
    this.env = env;
    this.store = store;
    this.damaged = damaged;
  }

  static boolean readsOnly(Operation.GuardedCommit commit) {
    return commit.success().stream().allMatch(Operation.Range.class::isInstance)
        && commit.failure().stream().allMatch(Operation.Range.class::isInstance);
  }

  void range(RangeQuery query, Reply<Result.Ranged> reply) {
    Reading reading;
    try {
      reading = store.range(query);
    } catch (ConcordException refused) {
      reply.failed(refused);
      return;
    }
    if (reading.resident()) {
      reply.done(reading.run());
    } else {
      env.workers()
          .run(
              Lane.READ,
              () -> attempt(reading::run),
              env.loop(),
              attempt ->
                  settle(
                      attempt,
                      Reply.from(
                          result -> {
                            store.remember(query, result);
                            reply.done(result);
                          },
                          reply::failed)));
    }
  }

  void commit(Operation.GuardedCommit commit, Reply<Result> reply) {
    Supplier<Result.Committed> reading;
    try {
      reading = store.read(commit);
    } catch (ConcordException refused) {
      reply.failed(refused);
      return;
    }
    env.workers()
        .run(
            Lane.READ,
            () -> attempt(reading),
            env.loop(),
            attempt -> settle(attempt, Reply.from(reply::done, reply::failed)));
  }

  /// What a worker's reading came to: it may turn out only there that a revision is gone, or that
  /// something is damaged.
  private sealed interface Attempt<T> {
    record Worked<T>(T result) implements Attempt<T> {}

    record Refused<T>(ConcordException why) implements Attempt<T> {}

    record Damaged<T>(CorruptionError what) implements Attempt<T> {}
  }

  private static <T> Attempt<T> attempt(Supplier<T> reading) {
    try {
      return new Attempt.Worked<>(reading.get());
    } catch (ConcordException refused) {
      return new Attempt.Refused<>(refused);
    } catch (CorruptionError damaged) {
      return new Attempt.Damaged<>(damaged);
    }
  }

  private <T> void settle(Attempt<T> attempt, Reply<T> reply) {
    switch (attempt) {
      case Attempt.Worked<T>(var result) -> reply.done(result);
      case Attempt.Refused<T>(var why) -> reply.failed(why);
      case Attempt.Damaged<T>(var what) -> {
        damaged.accept(what);
        reply.failed(new ConcordException(ErrorCode.CORRUPT));
      }
    }
  }
}
