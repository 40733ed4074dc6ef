package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Pages below, each with the least key it may hold and how many keys it has.
final class LiveBranch extends LivePage {
  private static final int SPARSE = CAPACITY / 4;
  private static final int MERGED = CAPACITY * 3 / 4;

  private final byte[][] bounds;
  private final LivePage[] children;
  private final long[] counts;
  private long total;

  private LiveBranch(
      long epoch, byte[][] bounds, LivePage[] children, long[] counts, int size, long total) {
    super(epoch);
    this.bounds = bounds;
    this.children = children;
    this.counts = counts;
    this.size = size;
    this.total = total;
  }

  static LiveBranch of(LivePage left, LivePage right, long epoch) {
    var branch = empty(epoch);
    branch.insert(0, left);
    branch.insert(1, right);
    return branch;
  }

  private static LiveBranch empty(long epoch) {
    return new LiveBranch(
        epoch, new byte[CAPACITY][], new LivePage[CAPACITY], new long[CAPACITY], 0, 0);
  }

  LivePage child(int slot) {
    return children[slot];
  }

  /// How many keys the children left of `slot` have.
  long before(int slot) {
    long before = 0;
    for (int i = 0; i < slot; i++) {
      before += counts[i];
    }
    return before;
  }

  /// The child in which `key` is or would be.
  int slot(Bytes key) {
    int low = 1;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (compare(bounds[middle], key) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  @Override
  LivePage owned(long epoch) {
    return this.epoch == epoch
        ? this
        : new LiveBranch(epoch, bounds.clone(), children.clone(), counts.clone(), size, total);
  }

  @Override
  @Nullable LivePage put(LiveEntry entry, long epoch) {
    int slot = slot(entry.key());
    var child = own(slot, epoch);
    var split = child.put(entry, epoch);
    recount(slot);
    if (split == null) {
      return null;
    }
    if (size < CAPACITY) {
      insert(slot + 1, split);
      return null;
    }
    int keep = slot + 1 == size ? size : size / 2;
    var right = empty(epoch);
    for (int i = keep; i < size; i++) {
      right.insert(right.size, bounds[i], children[i]);
    }
    total -= right.total;
    Arrays.fill(bounds, keep, size, null);
    Arrays.fill(children, keep, size, null);
    size = keep;
    if (slot + 1 <= keep && keep < CAPACITY) {
      insert(slot + 1, split);
    } else {
      right.insert(slot + 1 - keep, split);
    }
    return right;
  }

  @Override
  void remove(Bytes key, long epoch) {
    int slot = slot(key);
    var child = own(slot, epoch);
    child.remove(key, epoch);
    recount(slot);
    if (child.size == 0) {
      drop(slot);
    } else if (child.size < SPARSE && size > 1) {
      int left = slot == 0 ? 0 : slot - 1;
      if (children[left].size + children[left + 1].size <= MERGED) {
        own(left, epoch).absorb(children[left + 1], bounds[left + 1]);
        drop(left + 1);
        recount(left);
      }
    }
  }

  @Override
  void absorb(LivePage right, byte[] bound) {
    // A page's own first bound is never looked at and may be too high.
    var branch = (LiveBranch) right;
    for (int i = 0; i < branch.size; i++) {
      insert(size, i == 0 ? bound : branch.bounds[i], branch.children[i]);
    }
  }

  @Override
  long count() {
    return total;
  }

  @Override
  byte[] least() {
    return bounds[0];
  }

  private LivePage own(int slot, long epoch) {
    var child = children[slot].owned(epoch);
    children[slot] = child;
    return child;
  }

  private void recount(int slot) {
    long count = children[slot].count();
    total += count - counts[slot];
    counts[slot] = count;
  }

  private void insert(int slot, LivePage child) {
    insert(slot, child.least(), child);
  }

  private void insert(int slot, byte[] bound, LivePage child) {
    System.arraycopy(bounds, slot, bounds, slot + 1, size - slot);
    System.arraycopy(children, slot, children, slot + 1, size - slot);
    System.arraycopy(counts, slot, counts, slot + 1, size - slot);
    bounds[slot] = bound;
    children[slot] = child;
    counts[slot] = 0;
    size++;
    recount(slot);
  }

  private void drop(int slot) {
    total -= counts[slot];
    size--;
    System.arraycopy(bounds, slot + 1, bounds, slot, size - slot);
    System.arraycopy(children, slot + 1, children, slot, size - slot);
    System.arraycopy(counts, slot + 1, counts, slot, size - slot);
    bounds[size] = null;
    children[size] = null;
  }
}
