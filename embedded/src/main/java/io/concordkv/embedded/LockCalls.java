package io.concordkv.embedded;

import io.concordkv.base.env.Scheduler;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// How transactions, on any thread, come to the locks of a store, which are its loop's.
final class LockCalls {
  private final Scheduler loop;
  private final Store store;
  private final Calls calls;
  private final Published.Newest newest;

  LockCalls(Scheduler loop, Store store, Calls calls, Published.Newest newest) {
    this.loop = loop;
    this.store = store;
    this.calls = calls;
    this.newest = newest;
  }

  /// What became of a wish for a lock, and the content at which it was granted.
  private record Locked(Outcome outcome, @Nullable Published content) {}

  /// Gets a lock for a transaction, and the content in which what is locked is as it will stay; to
  /// be let go.
  Published lock(long transaction, Wish wish, Claims claims) {
    Locked locked =
        calls.ask(
            loop,
            answer ->
                store.lock(
                    new LockRequest(
                        transaction, wish, claims, outcome -> answer(answer, outcome))));
    locked.outcome.orThrow();
    return Objects.requireNonNull(locked.content);
  }

  private void answer(CompletableFuture<Locked> answer, Outcome outcome) {
    var content = outcome instanceof Outcome.Done ? newest.take() : null;
    boolean told = answer.complete(new Locked(outcome, content));
    if (!told && content != null) {
      content.release();
    }
  }

  /// Lets the locks of a transaction go, soon.
  void end(long transaction) {
    loop.post(() -> store.end(transaction));
  }
}
