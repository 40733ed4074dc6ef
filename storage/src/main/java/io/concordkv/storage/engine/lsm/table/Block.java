package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A block in memory, checked and unpacked. Immutable; slices of it keep it alive.
///
/// Whether it is made as a block is made is looked at once, when it is loaded: a checksum says only
/// that the bytes are those that somebody wrote. So who reads an entry need not ask whether it ends
/// within the block. The order of the keys is not looked at.
final class Block {
  /// In the code of a value: what stands here says where the value lies.
  static final int REFERENCE = 1 << 30;

  private static final int MOST_ENTRIES = TableFormat.RESTART_INTERVAL;
  private static final int MOST_VARINT_BYTES = 5;

  /// What a block takes in memory beside its bytes.
  private static final int OVERHEAD_BYTES = 96;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  final byte[] data;
  private final int restartCount;
  private final int restartsAt;

  private Block(byte[] data, int restartCount, int restartsAt) {
    this.data = data;
    this.restartCount = restartCount;
    this.restartsAt = restartsAt;
  }

  /// A block of entries, or null if `data` is none.
  static @Nullable Block ofEntries(byte[] data) {
    var block = of(data);
    return block != null && block.restartCount > 0 && block.isWhole(MOST_ENTRIES) ? block : null;
  }

  /// A block of an index, which leads to blocks from `from` on and up to `to`; null if `data` is
  /// none. That of a table that only deletes ranges is empty.
  static @Nullable Block ofIndex(byte[] data, long from, long to) {
    var block = of(data);
    return block != null && block.isWhole(1) && block.hasHandles(from, to) ? block : null;
  }

  private static @Nullable Block of(byte[] data) {
    if (data.length < 4) {
      return null;
    }
    int count = (int) INT.get(data, data.length - 4);
    return count < 0 || count > (data.length - 4) / 4
        ? null
        : new Block(data, count, data.length - 4 - 4 * count);
  }

  /// A block that is no list of entries.
  static Block ofBytes(byte[] data) {
    return new Block(data, 0, data.length);
  }

  /// Whether the intervals lie one behind the other, each with a key that stands whole at its
  /// beginning, and every entry ends within its own.
  private boolean isWhole(int mostEntries) {
    int position = 0;
    for (int restart = 0; restart < restartCount; restart++) {
      int end = end(restart);
      if (start(restart) != position || end <= position || end > restartsAt) {
        return false;
      }
      int key = 0;
      for (int entries = 0; position < end; entries++) {
        int behindShared = numberEnd(position, end);
        int behindUnshared = numberEnd(behindShared, end);
        int suffix = numberEnd(behindUnshared, end);
        if (suffix < 0 || entries == mostEntries) {
          return false;
        }
        int shared = value(varint(position));
        int unshared = value(varint(behindShared));
        int size = valueLength(value(varint(behindUnshared)));
        if (shared > key || unshared > end - suffix || size > end - suffix - unshared) {
          return false;
        }
        key = shared + unshared;
        position = suffix + unshared + size;
      }
    }
    return position == restartsAt;
  }

  /// Where the number at `position` ends; -1 if it is none that [#varint] reads, or does not end at
  /// `end` or before. A `position` of -1 has none.
  private int numberEnd(int position, int end) {
    if (position < 0) {
      return -1;
    }
    int last = Math.min(end, position + MOST_VARINT_BYTES) - 1;
    for (int at = position; at <= last; at++) {
      if (data[at] >= 0) {
        boolean fits = at - position < MOST_VARINT_BYTES - 1 || data[at] < 8;
        return fits ? at + 1 : -1;
      }
    }
    return -1;
  }

  /// Whether each entry says where a block lies, and that is from `from` on and up to `to`.
  private boolean hasHandles(long from, long to) {
    for (int i = 0; i < restartCount; i++) {
      int at = handleAt(i);
      int behindOffset = longEnd(at, end(i));
      if (behindOffset < 0 || numberEnd(behindOffset, end(i)) != end(i)) {
        return false;
      }
      var handle = handle(i);
      if (handle.offset() < from || handle.offset() > to - handle.length()) {
        return false;
      }
    }
    return true;
  }

  private int longEnd(int position, int end) {
    for (int at = position; at < Math.min(end, position + 9); at++) {
      if (data[at] >= 0) {
        return at + 1;
      }
    }
    return -1;
  }

  int charge() {
    return data.length + OVERHEAD_BYTES;
  }

  int restarts() {
    return restartCount;
  }

  /// Where the entries of a restart interval begin.
  int start(int restart) {
    return (int) INT.get(data, restartsAt + 4 * restart);
  }

  /// Where they end.
  int end(int restart) {
    return restart + 1 < restartCount ? start(restart + 1) : restartsAt;
  }

  /// What stands beside `key`; null if the key is not here.
  @Nullable Stored find(Bytes key) {
    int restart = restartFor(key);
    if (restart < 0) {
      return null;
    }
    byte[] target = key.sharedArray();
    int targetStart = key.sharedOffset();
    int length = key.length();
    int position = start(restart);
    int end = end(restart);
    // Of the entry before, all smaller than `key`: how much of `key` it begins with.
    int matched = 0;
    while (position < end) {
      long read = varint(position);
      int shared = value(read);
      read = varint(position(read));
      int unshared = value(read);
      read = varint(position(read));
      int code = value(read);
      int suffix = position(read);
      position = suffix + unshared + valueLength(code);
      if (shared < matched) {
        return null;
      }
      if (shared > matched) {
        continue;
      }
      int common = Math.min(unshared, length - matched);
      int differs =
          Arrays.mismatch(
              data,
              suffix,
              suffix + common,
              target,
              targetStart + matched,
              targetStart + matched + common);
      if (differs < 0) {
        if (matched + unshared > length) {
          return null;
        }
        matched += common;
        if (matched == length) {
          return stored(code, suffix + unshared);
        }
      } else {
        if ((data[suffix + differs] & 0xFF) > (target[targetStart + matched + differs] & 0xFF)) {
          return null;
        }
        matched += differs;
      }
    }
    return null;
  }

  /// What stands at `position` and has such a code.
  Stored stored(int code, int position) {
    var bytes = code == 0 ? null : Bytes.wrap(data, position, valueLength(code));
    return new Stored(bytes, code >= REFERENCE);
  }

  static int valueLength(int code) {
    return Math.max(0, (code & ~REFERENCE) - 1);
  }

  /// The interval in which `key` would lie, or -1 if it lies before the first key.
  int restartFor(Bytes key) {
    int restart = firstRestartAtOrAbove(key);
    return restart < restartCount && compareRestart(restart, key) == 0 ? restart : restart - 1;
  }

  /// The first restart point whose key is at or above `key`; the number of them if there is none.
  int firstRestartAtOrAbove(Bytes key) {
    int low = 0;
    int high = restartCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compareRestart(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// In an index block: where the block of entry `i` lies.
  Handle handle(int i) {
    int position = handleAt(i);
    long offset = longVarint(position);
    return new Handle(offset, value(varint(varintEnd(position))));
  }

  /// The key at a restart point.
  Bytes restartKey(int restart) {
    long read = varint(varintEnd(start(restart)));
    return Bytes.wrap(data, varintEnd(position(read)), value(read));
  }

  /// A number of at most 31 bits and the position behind it, packed into a long.
  long varint(int position) {
    int number = data[position++];
    if (number < 0) {
      number &= 0x7F;
      for (int shift = 7; shift < 35; shift += 7) {
        byte next = data[position++];
        number |= (next & 0x7F) << shift;
        if (next >= 0) {
          break;
        }
      }
    }
    return ((long) number << 32) | position;
  }

  static int value(long read) {
    return (int) (read >>> 32);
  }

  static int position(long read) {
    return (int) read;
  }

  private int compareRestart(int restart, Bytes key) {
    long read = varint(varintEnd(start(restart)));
    int length = value(read);
    int suffix = varintEnd(position(read));
    return Arrays.compareUnsigned(
        data,
        suffix,
        suffix + length,
        key.sharedArray(),
        key.sharedOffset(),
        key.sharedOffset() + key.length());
  }

  private int handleAt(int i) {
    long read = varint(varintEnd(start(i)));
    return varintEnd(position(read)) + value(read);
  }

  private int varintEnd(int position) {
    while (data[position] < 0) {
      position++;
    }
    return position + 1;
  }

  private long longVarint(int position) {
    long number = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = data[position++];
      number |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return number;
      }
    }
  }
}
