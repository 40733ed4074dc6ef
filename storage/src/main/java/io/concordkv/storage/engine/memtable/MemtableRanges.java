package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ranges that were deleted in a memtable, cut so that none overlap; each with the sequence
/// number of its last deletion, which deletes all that is older. Immutable: a deletion makes a new
/// one, so a view keeps that of its moment. Copying is cheap because a memtable with many ranges is
/// flushed ([#MAX]).
public final class MemtableRanges {
  /// A memtable with so many is full.
  public static final int MAX = 4096;

  public static final MemtableRanges NONE = new MemtableRanges(List.of(), 0);

  private static final long OVERHEAD_BYTES = 120;

  /// A range that was last deleted at `sequence`.
  private record Cut(KeyRange range, long sequence) {}

  private final List<Cut> cuts;
  private final long bytes;

  /// Known once somebody asked. Whoever asks at the same time finds the same.
  private @Nullable DeletedRanges united;

  private MemtableRanges(List<Cut> cuts, long bytes) {
    this.cuts = cuts;
    this.bytes = bytes;
  }

  public boolean isEmpty() {
    return cuts.isEmpty();
  }

  int size() {
    return cuts.size();
  }

  /// About how much memory they take.
  long bytes() {
    return bytes;
  }

  /// These, with `range` deleted at `sequence`, which is higher than all before.
  public MemtableRanges with(KeyRange range, long sequence) {
    var from = range.from().detached();
    var to = range.to() == null ? null : range.to().detached();
    int first = firstEndingAbove(from);
    int behind = to == null ? cuts.size() : firstBeginningAtOrAbove(to, first);
    var next = new ArrayList<Cut>(cuts.size() + 2);
    next.addAll(cuts.subList(0, first));
    if (first < behind && cuts.get(first).range.from().compareTo(from) < 0) {
      var left = cuts.get(first);
      next.add(new Cut(new KeyRange(left.range.from(), from), left.sequence));
    }
    next.add(new Cut(new KeyRange(from, to), sequence));
    if (first < behind && to != null) {
      var right = cuts.get(behind - 1);
      var end = right.range.to();
      if (end == null || end.compareTo(to) > 0) {
        next.add(new Cut(new KeyRange(to, end), right.sequence));
      }
    }
    long more = bytes(next.subList(first, next.size())) - bytes(cuts.subList(first, behind));
    next.addAll(cuts.subList(behind, cuts.size()));
    return new MemtableRanges(next, bytes + more);
  }

  /// When `key` was last deleted as part of a range; 0 if never.
  public long sequenceAt(Bytes key) {
    int at = firstEndingAbove(key);
    return at < cuts.size() && cuts.get(at).range.contains(key) ? cuts.get(at).sequence : 0;
  }

  /// All of them, whenever they were deleted.
  public DeletedRanges united() {
    var known = united;
    if (known == null) {
      known = DeletedRanges.of(cuts.stream().map(Cut::range).toList());
      united = known;
    }
    return known;
  }

  private static long bytes(List<Cut> some) {
    return some.stream().mapToLong(cut -> DeletedRanges.bytes(cut.range) + OVERHEAD_BYTES).sum();
  }

  private int firstEndingAbove(Bytes key) {
    int low = 0;
    int high = cuts.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      var end = cuts.get(middle).range.to();
      if (end != null && end.compareTo(key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int firstBeginningAtOrAbove(Bytes key, int from) {
    int low = from;
    int high = cuts.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cuts.get(middle).range.from().compareTo(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
