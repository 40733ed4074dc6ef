package io.concordkv.base.env;

/// A task that waits for its time.
public interface Timer {
  /// After this the task does not run any more. Called on the loop; harmless when it has run.
  void cancel();
}
