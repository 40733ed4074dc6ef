package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Builds one block: keys without the part they share with the key before, and restart points at
/// which a key stands whole.
final class BlockWriter {
  private final int interval;
  private ByteWriter out;
  private int[] restarts = new int[16];
  private int restartCount;
  private int entries;
  private Bytes last = Bytes.EMPTY;

  BlockWriter(int interval, int capacity) {
    this.interval = interval;
    this.out = new ByteWriter(capacity);
  }

  void add(Bytes key, @Nullable Bytes value) {
    add(key, value == null ? Bytes.EMPTY : value, value == null ? 0 : value.length() + 1);
  }

  void refer(Bytes key, ValueReference reference) {
    var value = reference.encoded();
    add(key, value, Block.REFERENCE | (value.length() + 1));
  }

  private void add(Bytes key, Bytes value, int valueCode) {
    int shared = 0;
    if (entries % interval == 0) {
      if (restartCount == restarts.length) {
        restarts = Arrays.copyOf(restarts, 2 * restartCount);
      }
      restarts[restartCount++] = out.size();
    } else {
      shared = shared(last, key);
    }
    out.varint(shared).varint(key.length() - shared);
    out.varint(valueCode);
    out.raw(key.slice(shared)).raw(value);
    last = key;
    entries++;
  }

  boolean isEmpty() {
    return entries == 0;
  }

  int size() {
    return out.size() + 4 * restartCount + 4;
  }

  /// The block. The writer starts the next one.
  Bytes finish() {
    for (int i = 0; i < restartCount; i++) {
      out.u32(restarts[i]);
    }
    out.u32(restartCount);
    var block = out.finish();
    out = new ByteWriter(block.sharedArray().length);
    restartCount = 0;
    entries = 0;
    last = Bytes.EMPTY;
    return block;
  }

  /// How many bytes two keys have in common at their start.
  static int shared(Bytes a, Bytes b) {
    int limit = Math.min(a.length(), b.length());
    int differs =
        Arrays.mismatch(
            a.sharedArray(),
            a.sharedOffset(),
            a.sharedOffset() + limit,
            b.sharedArray(),
            b.sharedOffset(),
            b.sharedOffset() + limit);
    return differs < 0 ? limit : differs;
  }
}
