package io.concordkv.storage.engine.bplustree.memory;

/// A page of the tree. One that was born at or before the newest open moment is never changed: the
/// tree goes on with a copy.
abstract sealed class Page permits Leaf, Inner {
  final long born;

  Page(long born) {
    this.born = born;
  }

  /// The same, to be changed.
  abstract Page copy(long now);

  /// How many pairs or children it has.
  abstract int size();
}
