package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Says of a key that it is certainly not in a table, or that it may be (Bloom, 1970). All bits of
/// a key lie in one cache line (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom
/// Filters", 2007), so that asking costs one miss.
public final class BloomFilter {
  private static final int LINE_BYTES = 64;
  private static final int HEADER_BYTES = 5;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private long[] hashes = new long[1024];
  private int count;

  BloomFilter() {}

  void add(Bytes key) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    hashes[count++] = hash(key);
  }

  /// The filter block: how many probes, how many lines, and the lines.
  Bytes finish(int bitsPerKey) {
    int lines = (int) Math.max(1, ((long) count * bitsPerKey + 511) / 512);
    int probes = Math.clamp((bitsPerKey * 13) / 20, 1, 16);
    var header = new ByteWriter(HEADER_BYTES).u8(probes).u32(lines).finish();
    var bits = new byte[HEADER_BYTES + lines * LINE_BYTES];
    header.copyTo(bits, 0);
    for (int i = 0; i < count; i++) {
      int line = line(hashes[i], lines);
      long probe = Long.rotateLeft(hashes[i], 32) * SPREAD;
      for (int p = 0; p < probes; p++) {
        int bit = (int) (probe >>> 55);
        bits[line + (bit >>> 3)] |= (byte) (1 << (bit & 7));
        probe *= SPREAD;
      }
    }
    return Bytes.wrap(bits);
  }

  /// False only if no key with this hash was added to the filter.
  static boolean mayContain(byte[] filter, long hash) {
    int probes = filter[0];
    int line = line(hash, (int) INT.get(filter, 1));
    long probe = Long.rotateLeft(hash, 32) * SPREAD;
    for (int p = 0; p < probes; p++) {
      int bit = (int) (probe >>> 55);
      if ((filter[line + (bit >>> 3)] & (1 << (bit & 7))) == 0) {
        return false;
      }
      probe *= SPREAD;
    }
    return true;
  }

  /// How full a filter is.
  static TableLayout.Filter fill(byte[] filter) {
    long set = 0;
    for (int i = HEADER_BYTES; i < filter.length; i++) {
      set += Integer.bitCount(filter[i] & 0xFF);
    }
    return new TableLayout.Filter(filter[0], (int) INT.get(filter, 1), set);
  }

  /// Whether `block` can be a filter.
  static boolean isWhole(byte[] block) {
    return block.length > HEADER_BYTES
        && block[0] > 0
        && block.length == HEADER_BYTES + (long) (int) INT.get(block, 1) * LINE_BYTES;
  }

  /// The 64 bits that stand for a key in filters. Part of the format: it never changes.
  public static long hash(Bytes key) {
    byte[] array = key.sharedArray();
    int position = key.sharedOffset();
    int end = position + key.length();
    long hash = SPREAD ^ key.length();
    for (; position + 8 <= end; position += 8) {
      hash = mix(hash ^ (long) LONG.get(array, position));
    }
    long tail = 0;
    for (; position < end; position++) {
      tail = (tail << 8) | (array[position] & 0xFF);
    }
    hash = mix(hash ^ tail);
    return mix(hash ^ (hash >>> 29));
  }

  private static long mix(long bits) {
    long mixed = bits * 0xD6E8FEB86659FD93L;
    return mixed ^ (mixed >>> 32);
  }

  private static int line(long hash, int lines) {
    return HEADER_BYTES + (int) Math.unsignedMultiplyHigh(hash, lines) * LINE_BYTES;
  }
}
