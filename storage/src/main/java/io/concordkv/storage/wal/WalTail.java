package io.concordkv.storage.wal;

/// How the log ended when it was opened.
public enum WalTail {
  /// The last group is whole.
  CLEAN,
  /// The last group was cut off while it was written and was never acknowledged: it is gone, and
  /// nobody misses it.
  TORN,
  /// The last group is damaged although its persist marker says that it was acknowledged, or the
  /// marker is unreadable. What it held must be fetched from peers; alone, the node must not open.
  LOST
}
