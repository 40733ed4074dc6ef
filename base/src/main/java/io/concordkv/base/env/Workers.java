package io.concordkv.base.env;

import java.util.function.Consumer;
import java.util.function.Supplier;

/// Where work goes that would make a loop wait.
public interface Workers {
  /// Runs `work` elsewhere and then `then` with its result on `home`. What `work` throws stops the
  /// node: work that may fail in an expected way returns a value that says so.
  ///
  /// Works of the same lane start in the order in which they were handed over; those of [Lane#LOG]
  /// also end in that order.
  <T> void run(Lane lane, Supplier<T> work, Scheduler home, Consumer<T> then);

  /// What kind of work it is, so that a slow kind cannot delay an urgent one.
  enum Lane {
    /// Writing and syncing the log: one at a time, and nothing else may stand in its way.
    LOG,
    /// Reads that a client waits for.
    READ,
    /// Flush, compaction, snapshots: bounded steps, so that a stop or crash can come between.
    BACKGROUND
  }
}
