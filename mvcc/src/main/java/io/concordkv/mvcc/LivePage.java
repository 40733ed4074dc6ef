package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A page of the live index. A page whose epoch is not the index's own may be in use by a frozen
/// view and is never written to: it is copied first.
abstract sealed class LivePage permits LiveLeaf, LiveBranch {
  static final int CAPACITY = 64;

  final long epoch;

  /// How many keys or children it has.
  int size;

  LivePage(long epoch) {
    this.epoch = epoch;
  }

  /// This, or a copy that may be written to.
  abstract LivePage owned(long epoch);

  /// Sets an entry. What no longer fits goes into a new page on the right, which is returned.
  abstract @Nullable LivePage put(LiveEntry entry, long epoch);

  /// The key is known to be there.
  abstract void remove(Bytes key, long epoch);

  /// Appends all of a page that stands right of this one, with nothing below `bound`.
  abstract void absorb(LivePage right, byte[] bound);

  /// How many keys it has, with all below.
  abstract long count();

  abstract byte[] least();

  static int compare(byte[] mine, Bytes key) {
    int offset = key.sharedOffset();
    return Arrays.compareUnsigned(
        mine, 0, mine.length, key.sharedArray(), offset, offset + key.length());
  }
}
