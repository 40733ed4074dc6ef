package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import org.jspecify.annotations.Nullable;

/// Which ranges of keys a run has deleted from all runs that are older. What the run itself has in
/// such a range was put there later and stays.
public interface Deletions {
  /// Keys between which nothing changes: all of them are deleted, or none.
  record Stretch(KeyRange range, boolean deleted) {
    /// The keys of `range` from `from` on and below `to`.
    public Stretch within(Bytes from, @Nullable Bytes to) {
      var low = range.from().compareTo(from) < 0 ? from : range.from();
      var high = range.to();
      high = high == null || (to != null && to.compareTo(high) < 0) ? to : high;
      return new Stretch(new KeyRange(low, high), deleted);
    }
  }

  /// A stretch that has `key` in it, as long as is easily said.
  Stretch around(Bytes key);
}
