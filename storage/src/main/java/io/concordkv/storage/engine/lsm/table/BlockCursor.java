package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.util.Objects;

/// A place in a block. The keys between two restart points are put together at once, so that going
/// back costs no more than going on.
final class BlockCursor {
  private final Block block;
  private final Bytes[] keys = new Bytes[TableFormat.RESTART_INTERVAL];
  private final int[] valueStarts = new int[TableFormat.RESTART_INTERVAL];
  private final int[] valueCodes = new int[TableFormat.RESTART_INTERVAL];
  private int restart = -1;
  private int count;
  private int at;

  BlockCursor(Block block) {
    this.block = block;
  }

  boolean valid() {
    return restart >= 0;
  }

  void toFirst() {
    load(0);
    at = 0;
  }

  void toLast() {
    load(block.restarts() - 1);
    at = count - 1;
  }

  void toCeiling(Bytes key) {
    load(Math.max(0, block.restartFor(key)));
    for (at = 0; at < count; at++) {
      if (keys[at].compareTo(key) >= 0) {
        return;
      }
    }
    at--;
    next();
  }

  void toLower(Bytes key) {
    restart = block.firstRestartAtOrAbove(key) - 1;
    if (restart >= 0) {
      load(restart);
      at = count - 1;
      while (keys[at].compareTo(key) >= 0) {
        at--;
      }
    }
  }

  void next() {
    if (++at == count) {
      if (restart + 1 == block.restarts()) {
        restart = -1;
      } else {
        load(restart + 1);
        at = 0;
      }
    }
  }

  void previous() {
    if (--at < 0) {
      if (restart == 0) {
        restart = -1;
      } else {
        load(restart - 1);
        at = count - 1;
      }
    }
  }

  Bytes key() {
    return Objects.requireNonNull(keys[at]);
  }

  boolean deletes() {
    return valueCodes[at] == 0;
  }

  Stored stored() {
    return block.stored(valueCodes[at], valueStarts[at]);
  }

  private void load(int newRestart) {
    restart = newRestart;
    count = 0;
    int position = block.start(restart);
    int end = block.end(restart);
    byte[] data = block.data;
    while (position < end) {
      long read = block.varint(position);
      int shared = Block.value(read);
      read = block.varint(Block.position(read));
      int unshared = Block.value(read);
      read = block.varint(Block.position(read));
      int suffix = Block.position(read);
      keys[count] =
          shared == 0
              ? Bytes.wrap(data, suffix, unshared)
              : join(keys[count - 1], shared, data, suffix, unshared);
      valueStarts[count] = suffix + unshared;
      valueCodes[count] = Block.value(read);
      position = suffix + unshared + Block.valueLength(valueCodes[count]);
      count++;
    }
  }

  private static Bytes join(Bytes previous, int shared, byte[] data, int suffix, int unshared) {
    var key = new byte[shared + unshared];
    System.arraycopy(previous.sharedArray(), previous.sharedOffset(), key, 0, shared);
    System.arraycopy(data, suffix, key, shared, unshared);
    return Bytes.wrap(key);
  }
}
