package io.concordkv.mvcc;

/// A range whose moment is fixed. Unless it is [#resident()] its pairs are still to be read: it
/// holds a view, so it must be run (or closed) soon.
public interface Reading extends AutoCloseable {
  /// Whether all it answers is in memory. If not, running it may wait for the disk, so it is for a
  /// worker; what it read is then worth [MvccStore#remember].
  boolean resident();

  /// Reads and closes.
  Result.Ranged run();

  @Override
  void close();
}
