package io.concordkv.mvcc;

/// What a worker read for [MvccStore#apply].
public final class Loaded {
  /// For mutations that need nothing.
  public static final Loaded NOTHING = new Loaded();
}
