package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// The keys that exist now, in order, each with all but its value: an order-statistic B+Tree in
/// compact pages (keys and numbers in arrays, no object per key beside its bytes).
///
/// Frozen in O(1): pages carry the epoch in which they were made, and after a freeze the first
/// write to a page of an older epoch copies it.
///
/// Owned by one loop; what [#freeze()] returned may be read anywhere.
final class LiveIndex {
  private long epoch;
  private LivePage root = new LiveLeaf(0);

  long size() {
    return root.count();
  }

  /// For reading at once: valid until the next change.
  LiveView now() {
    return new LiveView(root);
  }

  /// Stays as it is for good.
  LiveView freeze() {
    epoch++;
    return new LiveView(root);
  }

  @Nullable LiveEntry find(Bytes key) {
    return now().find(key);
  }

  void put(LiveEntry entry) {
    root = root.owned(epoch);
    var right = root.put(entry, epoch);
    if (right != null) {
      root = LiveBranch.of(root, right, epoch);
    }
  }

  void remove(Bytes key) {
    if (find(key) == null) {
      return;
    }
    root = root.owned(epoch);
    root.remove(key, epoch);
    while (root instanceof LiveBranch branch && branch.size <= 1) {
      root = branch.size == 0 ? new LiveLeaf(epoch) : branch.child(0);
    }
  }
}
