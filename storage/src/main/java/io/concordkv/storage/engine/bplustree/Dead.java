package io.concordkv.storage.engine.bplustree;

import java.util.Arrays;

/// Pages that are no longer part of the newest tree, each with its generation.
final class Dead {
  private long[] pairs = new long[16];
  private int size;

  void add(long place, long generation) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
    }
    pairs[size++] = place;
    pairs[size++] = generation;
  }

  int count() {
    return size / 2;
  }

  long place(int index) {
    return pairs[2 * index];
  }

  long generation(int index) {
    return pairs[2 * index + 1];
  }
}
