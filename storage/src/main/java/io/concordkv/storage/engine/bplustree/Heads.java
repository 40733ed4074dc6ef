package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The slots of a file's head.
///
/// 1. A head is written to the two slots of the pair that does not hold the one before it, and each
///    is synced before the next is touched. So a crash damages one slot at most, and it is neither
///    the only one of the newest durable head nor of one that a crash could take back.
/// 2. The newest valid head counts. If two slots are damaged that was no crash, and it may be the
///    newest that is gone: then none counts.
final class Heads {
  private final StoredFile stored;
  private final long file;

  /// The pair that the next head goes to.
  private int pair;

  private @Nullable Head newest;

  private Heads(StoredFile stored, long file) {
    this.stored = stored;
    this.file = file;
  }

  /// Those of a file that has none yet.
  static Heads none(StoredFile stored, long file) {
    return new Heads(stored, file);
  }

  /// Reads the slots, and puts the newest head into those that are damaged.
  static Heads read(StoredFile stored, long file) {
    var heads = new Heads(stored, file);
    var slots = ByteBuffer.allocate(Head.SLOTS_BYTES);
    stored.read(0, slots);
    var found = new @Nullable Head[Head.SLOTS];
    int damaged = 0;
    int best = -1;
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      var head = Head.decode(slots, file, slot);
      found[slot] = head;
      if (head == null) {
        damaged += Head.isBlank(slots, slot) ? 0 : 1;
      } else if (best < 0 || head.generation() > Objects.requireNonNull(found[best]).generation()) {
        best = slot;
      }
    }
    if (best < 0 || damaged > 1) {
      throw PageFormat.damagedHead(stored.path(), damaged + " slots of the head are damaged");
    }
    var newest = Objects.requireNonNull(found[best]);
    heads.newest = newest;
    heads.pair = 1 - best / 2;
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      boolean stale = slot / 2 == best / 2 && !newest.equals(found[slot]);
      if (stale || (found[slot] == null && !Head.isBlank(slots, slot))) {
        heads.put(newest, slot);
      }
    }
    return heads;
  }

  Head newest() {
    return Objects.requireNonNull(newest);
  }

  /// Makes `head` the newest, durably.
  void write(Head head) {
    put(head, 2 * pair);
    put(head, 2 * pair + 1);
    pair = 1 - pair;
    newest = head;
  }

  /// The newest head that is valid, whatever the other slots hold; null if none is.
  static @Nullable Head look(StoredFile stored, long file) {
    var slots = ByteBuffer.allocate(Head.SLOTS_BYTES);
    stored.read(0, slots);
    Head newest = null;
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      var head = Head.decode(slots, file, slot);
      if (head != null && (newest == null || head.generation() > newest.generation())) {
        newest = head;
      }
    }
    return newest;
  }

  /// Checks the slots: all but those never used must be valid.
  static void check(StoredFile stored, long file) {
    var slots = ByteBuffer.allocate(Head.SLOTS_BYTES);
    stored.read(0, slots);
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      if (!Head.isBlank(slots, slot) && Head.decode(slots, file, slot) == null) {
        throw PageFormat.damagedHead(stored.path(), "slot " + slot + " of the head is damaged");
      }
    }
  }

  private void put(Head head, int slot) {
    stored.write((long) slot * Head.SLOT_BYTES, head.encode(file, slot));
    stored.sync();
  }
}
