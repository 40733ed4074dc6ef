package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.CorruptionError;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The numbers of `docs/formats/bplustree.md`.
///
/// A *place* is where a page lies: its first unit, and in the low 24 bits how many it takes.
final class PageFormat {
  static final int LEAF = 1;
  static final int BRANCH = 2;
  static final int LARGE = 3;
  static final int SPACE = 4;

  /// What a reference leads to if not to a page on a certain level of the tree.
  static final int ON_ANY_LEVEL = -1;

  static final int OF_A_VALUE = -2;
  static final int OF_UNITS = -3;

  static final int HEADER_BYTES = 28;
  static final int TYPE_AT = 4;
  static final int LEVEL_AT = 5;
  static final int GENERATION_AT = 8;
  static final int LENGTH_AT = 16;
  static final int COUNT_AT = 20;
  static final int PREFIX_AT = 24;

  /// No page is longer: a large value is the longest content of one.
  static final int MAX_BYTES = HEADER_BYTES + Lengths.MAX_VALUE_BYTES;

  /// So many first bytes of a key, behind the page's common prefix, are its head.
  static final int HEAD_BYTES = 8;

  /// A key's head, and where its cell begins.
  static final int ENTRY_BYTES = HEAD_BYTES + 4;

  /// A place and a generation.
  static final int REFERENCE_BYTES = 16;

  static final long NOWHERE = 0;

  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final int MAX_VARINT_BYTES = 5;
  private static final int UNITS_BITS = 24;
  private static final String SUFFIX = ".tree";
  static final String ADVICE =
      "; nothing of it is served. Let this node fetch the data from its peers (remove its data"
          + " directory and let it join anew), or restore a backup";

  private PageFormat() {}

  static long place(long unit, int units) {
    return unit << UNITS_BITS | units;
  }

  static long unit(long place) {
    return place >>> UNITS_BITS;
  }

  static int units(long place) {
    return (int) place & ((1 << UNITS_BITS) - 1);
  }

  /// Puts the header before a page whose content is in place.
  static void seal(
      byte[] page, int type, int level, int count, int prefix, Position position, long generation) {
    page[TYPE_AT] = (byte) type;
    page[LEVEL_AT] = (byte) level;
    LONG.set(page, GENERATION_AT, generation);
    INT.set(page, LENGTH_AT, page.length);
    INT.set(page, COUNT_AT, count);
    INT.set(page, PREFIX_AT, prefix);
    INT.set(page, 0, crc(page, page.length, position));
  }

  /// Where a page is: a part of its checksum, so that one that belongs elsewhere is noticed.
  record Position(long file, long place) {}

  static int crc(byte[] page, int length, Position position) {
    var crc = new CRC32C();
    crc.update(page, 4, length - 4);
    var tail = new byte[16];
    LONG.set(tail, 0, position.file);
    LONG.set(tail, 8, position.place);
    crc.update(tail);
    return (int) crc.getValue();
  }

  static String path(String directory, long file) {
    return directory + "/" + "%016x".formatted(file) + SUFFIX;
  }

  /// The number of the file called `name`, or -1 if it is not a tree's.
  static long file(String name) {
    if (!name.endsWith(SUFFIX) || name.length() != 16 + SUFFIX.length()) {
      return -1;
    }
    try {
      return Long.parseLong(name.substring(0, 16), 16);
    } catch (NumberFormatException notATree) {
      return -1;
    }
  }

  static CorruptionError damaged(String path, long place, int unitBytes, String why) {
    return new CorruptionError(
        path, unit(place) * unitBytes, "page " + unit(place) + ": " + why + ADVICE);
  }

  static CorruptionError damagedHead(String path, String why) {
    return new CorruptionError(path, 0, why + ADVICE);
  }

  /// Reads a varint of at most five bytes: the number in the high half, and behind it in the low.
  static long varint(byte[] data, int at) {
    int first = data[at];
    if (first >= 0) {
      return (long) first << 32 | (at + 1);
    }
    int value = first & 0x7F;
    int next = at + 1;
    for (int shift = 7; ; shift += 7) {
      int more = data[next++];
      value |= (more & 0x7F) << shift;
      if (more >= 0) {
        return (long) value << 32 | next;
      }
    }
  }

  /// Where the varint at `at` ends; -1 if [#varint] would not find one there.
  static int varintEnd(byte[] data, int at) {
    int limit = Math.min(data.length, at + MAX_VARINT_BYTES);
    for (int next = at; next < limit; next++) {
      if (data[next] >= 0) {
        return next + 1;
      }
    }
    return -1;
  }

  static int value(long varint) {
    return (int) (varint >>> 32);
  }

  static int behind(long varint) {
    return (int) varint;
  }

  static int putVarint(byte[] data, int at, int number) {
    int rest = number;
    int next = at;
    while ((rest & ~0x7F) != 0) {
      data[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    data[next++] = (byte) rest;
    return next;
  }

  static int varintBytes(int number) {
    return 1 + (31 - Integer.numberOfLeadingZeros(number | 1)) / 7;
  }
}
