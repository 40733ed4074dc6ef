package io.concordkv.storage.engine.memory;

import java.util.Arrays;

/// What was given up and may be used again when no open moment sees it any more, in the order in
/// which it was given up.
public final class Deferred {
  private final Moments moments;
  private long[] items = new long[16];
  private long[] numbers = new long[16];
  private int first;
  private int size;

  public Deferred(Moments moments) {
    this.moments = moments;
  }

  /// `item`, which is not negative, is given up now.
  public void add(long item) {
    if (size == items.length) {
      long[] moreItems = Arrays.copyOf(items, 2 * size);
      long[] moreNumbers = Arrays.copyOf(numbers, 2 * size);
      System.arraycopy(items, 0, moreItems, size, first);
      System.arraycopy(numbers, 0, moreNumbers, size, first);
      items = moreItems;
      numbers = moreNumbers;
    }
    int at = (first + size++) & (items.length - 1);
    items[at] = item;
    numbers[at] = moments.now();
  }

  /// Takes one that nobody sees any more; -1 if there is none.
  public long poll() {
    if (size == 0 || numbers[first] > moments.oldest()) {
      return -1;
    }
    long item = items[first];
    first = (first + 1) & (items.length - 1);
    size--;
    return item;
  }
}
