package io.concordkv.mvcc;

/// A range whose moment is fixed and whose pairs are still to be read. Holds a view, so it must be
/// run (or closed) soon.
public interface Reading extends AutoCloseable {
  /// At most how many pairs it will touch: who reads many does it on a worker.
  long touches();

  /// Reads and closes.
  Result.Ranged run();

  @Override
  void close();
}
