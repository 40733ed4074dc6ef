package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Intake;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Prepared tables on their way into a store that is in use.
///
/// 1. Workers check and copy them; nobody notices.
/// 2. It locks the ranges of keys that they cover, as a transaction would: what others have locked
///    is not changed under them.
/// 3. Commits pause. The tables become one commit with the next number: the engine makes durable
///    what came before, and them, and that number, in this order. So a record of the log is either
///    older than they are and not needed any more, or newer and written again. The log itself knows
///    nothing of them.
///
/// Owned by the store's loop.
final class Ingestion {
  private static final Duration STALL = Duration.ofMillis(1);

  /// What is asked for, and who is told what became of it: one of both, once.
  ///
  /// @param transaction as which it locks
  /// @param done [Outcome.Done] when all of them are visible and durable
  /// @param failed what is wrong with the files; nothing has changed
  record Order(
      FileSystem from,
      List<String> paths,
      long transaction,
      Consumer<Outcome> done,
      Consumer<Throwable> failed) {}

  /// The store.
  interface Owner {
    /// Whether commits are on their way to the medium.
    boolean busy();

    /// The number of the next commit.
    long next();

    /// That commit is there.
    void taken();

    /// It is over, one way or the other.
    void ended();
  }

  private final Env env;
  private final Engine engine;
  private final Order order;
  private final Locks locks;
  private final Owner owner;
  private final Intake intake;
  private final ArrayDeque<KeyRange> unlocked = new ArrayDeque<>();
  private boolean pausing;
  private boolean canceled;

  private record Step(boolean finished, @Nullable Throwable refused) {}

  /// An engine that takes in no tables is a [ConcordException].
  Ingestion(Env env, Engine engine, Locks locks, Order order, Owner owner) {
    this.env = env;
    this.engine = engine;
    this.locks = locks;
    this.order = order;
    this.owner = owner;
    intake = engine.intake(order.from(), order.paths());
  }

  void begin() {
    env.workers().run(Lane.BACKGROUND, this::step, env.loop(), this::stepped);
  }

  /// Whether no commits should come for now.
  boolean pauses() {
    return pausing;
  }

  /// The store is about to close. What pauses it comes to its end.
  void cancel() {
    canceled = true;
  }

  private Step step() {
    try {
      return new Step(intake.step(), null);
    } catch (ConcordException | CorruptionError | FileException refused) {
      return new Step(false, refused);
    }
  }

  private void stepped(Step step) {
    if (step.refused != null) {
      fail(step.refused);
    } else if (canceled) {
      fail(new ConcordException(ErrorCode.CANCELED, "the store was closed on the way"));
    } else if (step.finished) {
      unlocked.addAll(intake.ranges());
      lock();
    } else {
      begin();
    }
  }

  private void fail(Throwable why) {
    end();
    order.failed().accept(why);
  }

  private void end() {
    intake.abandon();
    locks.end(order.transaction());
    owner.ended();
  }

  private void lock() {
    var range = unlocked.poll();
    if (range == null) {
      pausing = true;
      take();
      return;
    }
    locks.lock(
        new LockRequest(
            order.transaction(),
            Wish.range(LockMode.EXCLUSIVE, range),
            Claims.NONE,
            outcome -> {
              if (outcome instanceof Outcome.Done) {
                // Behind the turn in which it was granted.
                env.loop().post(this::lock);
              } else {
                end();
                order.done().accept(outcome);
              }
            }));
  }

  private void take() {
    if (owner.busy()) {
      var _ = env.loop().after(STALL, this::take);
      return;
    }
    var lost = locks.commits(order.transaction(), new WriteBatch());
    if (lost != null) {
      end();
      order.done().accept(lost);
      return;
    }
    long number = owner.next();
    engine.take(
        intake,
        number,
        () -> {
          env.reached("embedded/ingested");
          owner.taken();
          locks.end(order.transaction());
          owner.ended();
          order.done().accept(new Outcome.Done(number));
        });
  }
}
