package io.concordkv.storage.engine.hash;

import io.concordkv.storage.engine.memory.PairHeap;

/// A page of the table: references to pairs by open addressing with linear probing. A slot has the
/// reference and, before it, a *tag* of 23 bits of the hash. Those behind the `depth` bits that all
/// keys of the page have in common say where to look first; the rest is almost always enough to
/// pass by a slot without a look at its pair. 0 is an empty slot.
///
/// So a page grows, splits and closes holes by what is in the slots: to read each key again would
/// be as many cache misses. Only where a split has used up eight bits of the tag new ones are
/// needed.
///
/// It is never full.
final class Slots {
  private static final int MIN_SLOTS = 8;
  private static final int TAG_BITS = Long.SIZE - PairHeap.REFERENCE_BITS - 1;
  private static final long REFERENCE_MASK = (1L << PairHeap.REFERENCE_BITS) - 1;

  /// By how many bits of the depth the tag moves on. The others choose the slot: of pages in places
  /// of `HOME_BITS`, all that a setting can have, each bit counts.
  private static final int STEP = 8;

  private static final int HOME_BITS = TAG_BITS - STEP + 1;

  /// Marks a slot that is taken, since 0 is a reference and a hash too.
  private static final long TAKEN = 1L << 63;

  final long born;
  final int depth;
  private long[] slots;
  private int size;

  Slots(long born, int depth) {
    this(born, depth, new long[MIN_SLOTS], 0);
  }

  /// An empty one for half of what `page` has.
  static Slots halfOf(Slots page, long born) {
    return new Slots(born, page.depth + 1, new long[Math.max(MIN_SLOTS, page.capacity() / 2)], 0);
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
    return home(hash << depth);
  }

  int after(int at) {
    return (at + 1) & (slots.length - 1);
  }

  /// What is at `at`; 0 if nothing is.
  long slot(int at) {
    return slots[at];
  }

  /// A slot for such a hash, without its reference.
  long tag(long hash) {
    long bits = (hash << (depth & -STEP)) >>> (Long.SIZE - TAG_BITS);
    return TAKEN | (bits << PairHeap.REFERENCE_BITS);
  }

  static boolean hasTag(long slot, long tag) {
    return (slot & ~REFERENCE_MASK) == tag;
  }

  static long reference(long slot) {
    return slot & REFERENCE_MASK;
  }

  long reference(int at) {
    return reference(slots[at]);
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
    addSlot(tag(hash) | reference);
  }

  private void addSlot(long slot) {
    int at = homeOf(slot);
    while (slots[at] != 0) {
      at = after(at);
    }
    slots[at] = slot;
    size++;
  }

  /// Makes the slot at `at` empty and moves what would no longer be found.
  void remove(int at) {
    int hole = at;
    slots[hole] = 0;
    size--;
    for (int next = after(hole); slots[next] != 0; next = after(next)) {
      int home = homeOf(slots[next]);
      boolean stays = hole <= next ? hole < home && home <= next : hole < home || home <= next;
      if (!stays) {
        slots[hole] = slots[next];
        slots[next] = 0;
        hole = next;
      }
    }
  }

  void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    size = 0;
    for (long slot : old) {
      if (slot != 0) {
        addSlot(slot);
      }
    }
  }

  /// Puts each reference into one of two empty pages, by the first bit of its hash that is not
  /// common to this page.
  void split(Slots low, Slots high, HashOf hashes) {
    boolean sameTags = (low.depth & -STEP) == (depth & -STEP);
    for (long slot : slots) {
      if (slot != 0) {
        var half = (slot << (1 + depth % STEP)) >= 0 ? low : high;
        half.addSlot(sameTags ? slot : half.tag(hashes.of(reference(slot))) | reference(slot));
        if (half.isCrowded()) {
          half.grow();
        }
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

  private int homeOf(long slot) {
    return home(slot << (1 + depth % STEP));
  }

  /// The slot for a number that begins with the bits behind those of the page.
  private int home(long bits) {
    long part = bits >>> (Long.SIZE - HOME_BITS);
    return (int) ((part * slots.length) >>> HOME_BITS);
  }
}
