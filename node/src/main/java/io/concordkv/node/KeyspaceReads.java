package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Reading;
import io.concordkv.mvcc.Result;
import java.util.function.Supplier;

/// Reads what this node has now. What is in memory is answered at once, the rest by a worker.
final class KeyspaceReads {
  private final Env env;
  private final MvccStore store;

  KeyspaceReads(Env env, MvccStore store) {
    this.env = env;
    this.store = store;
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
              reading::run,
              env.loop(),
              result -> {
                store.remember(query, result);
                reply.done(result);
              });
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
            result -> {
              switch (result) {
                case Attempt.Worked(var committed) -> reply.done(committed);
                case Attempt.Refused(var why) -> reply.failed(why);
              }
            });
  }

  /// What a worker's reading came to: it may turn out only there that a revision is gone.
  private sealed interface Attempt {
    record Worked(Result.Committed result) implements Attempt {}

    record Refused(ConcordException why) implements Attempt {}
  }

  private static Attempt attempt(Supplier<Result.Committed> reading) {
    try {
      return new Attempt.Worked(reading.get());
    } catch (ConcordException refused) {
      return new Attempt.Refused(refused);
    }
  }
}
