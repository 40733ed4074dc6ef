package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Check;
import io.concordkv.base.env.Env;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The numbers of new files; none is given twice. Used by the loop and by workers at once.
///
/// An engine by itself counts. One that goes in step with others numbers what comes of a bar by the
/// bar and by the job of the bar that makes it, so that it does not matter which job is faster:
///
/// ```
/// number = bar:u31 kind:u1 job:u10 file:u21
/// ```
///
/// `kind` is 1 for what belongs to no bar, such as a content that comes from elsewhere. Whoever has
/// left the step goes on from a bar drawn from the upper half of all, so his files are never taken
/// for those of others.
final class FileIds {
  static final int MAX_JOBS = 1 << 10;

  private static final int BAR_SHIFT = 32;
  private static final int JOB_SHIFT = 21;
  private static final long OTHER = 1L << 31;
  private static final long OUT_OF_STEP = 1L << 30;

  /// By itself: the next number. In step: how many were given that belong to no bar.
  final AtomicLong next;

  private final boolean inStep;

  /// Written by the loop alone.
  private volatile long bar;

  private FileIds(boolean inStep, long bar, long next) {
    this.inStep = inStep;
    this.bar = bar;
    this.next = new AtomicLong(next);
  }

  /// Counts from `next`.
  static FileIds from(long next) {
    return new FileIds(false, 0, next);
  }

  /// Goes on from the bar that ended last. What was written by an engine by itself is nothing that
  /// others have.
  ///
  /// @param next no file that counts has this number or a higher one
  static FileIds inStep(Env env, long next) {
    long bar = (next + (1L << BAR_SHIFT) - 1) >>> BAR_SHIFT;
    var ids = new FileIds(true, bar, 0);
    if (next > 1 && next != bar << BAR_SHIFT) {
      ids.leaveStep(env);
    }
    return ids;
  }

  boolean areInStep() {
    return inStep;
  }

  /// Of a file that belongs to no job of a bar.
  long next() {
    long count = next.getAndIncrement();
    return inStep ? bar << BAR_SHIFT | OTHER | count : count;
  }

  /// The numbers of one job of the bar that goes on.
  ///
  /// @param job 0: the flush; then the compactions, in the order in which they were picked
  LongSupplier of(int job) {
    if (!inStep) {
      return this::next;
    }
    Check.that(job < MAX_JOBS, "a bar has at most %d jobs", MAX_JOBS, 0);
    return new AtomicLong(bar << BAR_SHIFT | (long) job << JOB_SHIFT)::getAndIncrement;
  }

  /// No file has this number or a higher one yet.
  long above() {
    return inStep ? (bar + 1) << BAR_SHIFT : next.get();
  }

  /// What is made from now on has this number or a higher one.
  long firstNew() {
    return inStep ? bar << BAR_SHIFT : next.get();
  }

  /// The bar that goes on. 0 for an engine by itself.
  long bar() {
    return bar;
  }

  void endBar() {
    long ended = bar;
    bar = inStep ? ended + 1 : 0;
  }

  /// From now on the files are others than those of whoever went in step until now. For an engine
  /// by itself, and for one that has left the step already, that is nothing new.
  void leaveStep(Env env) {
    if (inStep && bar < OUT_OF_STEP) {
      bar = OUT_OF_STEP | (env.random("lsm/step").nextLong() & (OUT_OF_STEP - 1));
      env.reached("lsm/left-step");
    }
  }

  /// Takes over the step of whom a content is from.
  ///
  /// @param next as [#firstNew()] is there: no file of that content has this number or a higher one
  void joinStep(Env env, long next) {
    Check.that(inStep && next >= 1L << BAR_SHIFT, "whoever joins a step goes by bars");
    if (leftStep()) {
      env.reached("lsm/joined-step");
    }
    bar = next >>> BAR_SHIFT;
  }

  boolean leftStep() {
    return bar >= OUT_OF_STEP;
  }
}
