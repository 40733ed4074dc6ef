package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Crc32c;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What a file says of itself: which tree in it counts.
///
/// @param generation that of the checkpoint that wrote it; only grows
/// @param mark the mark of the newest batch in the tree
/// @param count how many pairs the tree has
/// @param pairBytes those of all keys and values
/// @param root the place of the root, or [PageFormat#NOWHERE] if the tree is empty
/// @param rootGeneration when the root was written
/// @param space the place of the page that says which units are taken
/// @param spaceGeneration when that was written
/// @param unitBytes the size of a unit
record Head(
    long generation,
    long mark,
    long count,
    long pairBytes,
    long root,
    long rootGeneration,
    long space,
    long spaceGeneration,
    int unitBytes) {
  /// The head is kept in slots far enough from each other that no fault of one place hits two.
  static final int SLOTS = 4;

  static final int SLOT_BYTES = 4096;
  static final int SLOTS_BYTES = SLOTS * SLOT_BYTES;

  /// "CKVBTREE"
  private static final long MAGIC = 0x434B564254524545L;

  static final int MIN_UNIT_BYTES = 128;
  static final int MAX_UNIT_BYTES = 64 << 10;

  private static final int VERSION = 1;
  private static final int BYTES = 96;

  /// How many bytes of a slot are used.
  static final int USED_BYTES = BYTES + 4;

  ByteBuffer encode(long file, int slot) {
    var buffer = ByteBuffer.allocate(USED_BYTES);
    buffer.putLong(MAGIC).putInt(VERSION).putInt(slot).putLong(file);
    buffer.putLong(generation).putLong(mark).putLong(count).putLong(pairBytes);
    buffer.putLong(root).putLong(rootGeneration).putLong(space).putLong(spaceGeneration);
    buffer.putInt(unitBytes).putInt(0);
    buffer.putInt(Crc32c.of(buffer.array(), 0, BYTES));
    return buffer.flip();
  }

  /// What slot `slot` of `slots` holds; null if that is nothing valid.
  static @Nullable Head decode(ByteBuffer slots, long file, int slot) {
    var buffer = slots.slice(slot * SLOT_BYTES, USED_BYTES);
    if (Crc32c.of(buffer.duplicate().limit(BYTES)) != buffer.getInt(BYTES)
        || buffer.getLong() != MAGIC
        || buffer.getInt() != VERSION
        || buffer.getInt() != slot
        || buffer.getLong() != file) {
      return null;
    }
    var head =
        new Head(
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getInt());
    return head.isSensible() ? head : null;
  }

  private boolean isSensible() {
    return mark >= 0
        && count >= 0
        && pairBytes >= 0
        && unitBytes >= MIN_UNIT_BYTES
        && unitBytes <= MAX_UNIT_BYTES
        && Integer.bitCount(unitBytes) == 1;
  }

  /// Whether nothing was ever written to slot `slot`.
  static boolean isBlank(ByteBuffer slots, int slot) {
    for (int i = 0; i < USED_BYTES; i++) {
      if (slots.get(slot * SLOT_BYTES + i) != 0) {
        return false;
      }
    }
    return true;
  }
}
