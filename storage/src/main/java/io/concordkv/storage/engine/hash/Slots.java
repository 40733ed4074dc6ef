package io.concordkv.storage.engine.hash;

import io.concordkv.storage.engine.memory.PairHeap;

/// A page of the table: references to pairs by open addressing with linear probing. A slot has the
/// reference and, beside it, bits of the hash, which are almost always enough to pass by a slot
/// without a look at its pair. 0 is an empty slot.
///
/// It has all keys whose hashes begin with the same `depth` bits. It is never full.
final class Slots {
  private static final int MIN_SLOTS = 8;
  private static final int TAG_BITS = Long.SIZE - PairHeap.REFERENCE_BITS - 1;
  private static final long REFERENCE_MASK = (1L << PairHeap.REFERENCE_BITS) - 1;

  /// Marks a slot that is taken, since 0 is a reference and a hash too.
  private static final long TAKEN = 1L << 63;

  final long born;
  final int depth;
  private long[] slots;
  private int size;

  Slots(long born, int depth) {
    this(born, depth, new long[MIN_SLOTS], 0);
  }

  private Slots(long born, int depth, long[] slots, int size) {
    this.born = born;
    this.depth = depth;
    this.slots = slots;
    this.size = size;
  }

  Slots copy(long now) {
    return new Slots(now, depth, slots.clone(), size);
  }

  int size() {
    return size;
  }

  int capacity() {
    return slots.length;
  }

  /// Where to look first.
  int first(long hash) {
    return (int) hash & (slots.length - 1);
  }

  int after(int at) {
    return (at + 1) & (slots.length - 1);
  }

  boolean isTaken(int at) {
    return slots[at] != 0;
  }

  /// Whether the key at `at` can have this hash.
  boolean mayBe(int at, long hash) {
    return (slots[at] & ~REFERENCE_MASK) == tag(hash);
  }

  long reference(int at) {
    return slots[at] & REFERENCE_MASK;
  }

  void set(int at, long hash, long reference) {
    size += slots[at] == 0 ? 1 : 0;
    slots[at] = tag(hash) | reference;
  }

  boolean isCrowded() {
    return size >= slots.length - (slots.length >> 3) - (slots.length >> 4);
  }

  /// Puts a reference that is not there yet.
  void add(long hash, long reference) {
    int at = first(hash);
    while (isTaken(at)) {
      at = after(at);
    }
    set(at, hash, reference);
  }

  /// Makes the slot at `at` empty and moves what would no longer be found.
  void remove(int at, HashOf hashes) {
    int hole = at;
    slots[hole] = 0;
    size--;
    for (int next = after(hole); isTaken(next); next = after(next)) {
      int home = first(hashes.of(reference(next)));
      boolean stays = hole <= next ? hole < home && home <= next : hole < home || home <= next;
      if (!stays) {
        slots[hole] = slots[next];
        slots[next] = 0;
        hole = next;
      }
    }
  }

  void grow(HashOf hashes) {
    long[] old = slots;
    slots = new long[2 * old.length];
    size = 0;
    for (long slot : old) {
      if (slot != 0) {
        long reference = slot & REFERENCE_MASK;
        add(hashes.of(reference), reference);
      }
    }
  }

  /// Appends the references in it to `references` from `from` on, and returns how many it has.
  int collect(long[] references, int from) {
    int at = from;
    for (long slot : slots) {
      if (slot != 0) {
        references[at++] = slot & REFERENCE_MASK;
      }
    }
    return at - from;
  }

  long bytes() {
    return 56 + 8L * slots.length;
  }

  /// The hash of a pair's key.
  interface HashOf {
    long of(long reference);
  }

  /// Neither the bits that choose the page nor those that choose the slot.
  private static long tag(long hash) {
    return TAKEN | (((hash >>> 16) & ((1L << TAG_BITS) - 1)) << PairHeap.REFERENCE_BITS);
  }
}
