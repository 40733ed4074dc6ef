package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.util.SplittableRandom;

/// The pairs of a run: keys of 16 decimal digits, each number once, in a pseudo-random order;
/// values of one size, the second half like the first. A pair is made anew each time, as a request
/// makes it.
final class Pairs {
  /// How large values are if nobody says.
  static final int KEY_BYTES = 16;

  static final int VALUE_BYTES = 100;

  static final double THETA = 0.99;
  private static final int POOL_BYTES = 1 << 20;

  final int count;
  private final int halfValue;
  private final byte[] pool;
  private final int[] order;
  private final int[] popular;

  /// @param valueBytes how large a value is, an even number
  Pairs(int count, int valueBytes) {
    this.count = count;
    halfValue = valueBytes / 2;
    pool = new byte[POOL_BYTES + halfValue];
    var random = new SplittableRandom(7);
    random.nextBytes(pool);
    order = new int[count];
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(i + 1);
      order[i] = order[at];
      order[at] = i;
    }
    popular = new Zipf(count, THETA, random.split()).draw(count);
  }

  int valueBytes() {
    return 2 * halfValue;
  }

  /// What a pair takes.
  int bytes() {
    return KEY_BYTES + valueBytes();
  }

  /// The key of the `i`-th number, `i` from 0.
  Bytes ascending(int i) {
    return key(2L * i);
  }

  Bytes shuffled(int i) {
    return key(2L * order[i]);
  }

  /// Another order than that of [#shuffled].
  Bytes reshuffled(int i) {
    return shuffled((int) ((order[i] + 1L) * 7919 % count));
  }

  /// A few keys again and again, as Zipf's law has it; those that come often lie anywhere.
  Bytes popular(int i) {
    return shuffled(popular[i]);
  }

  /// A key that nobody has put, between two that are there.
  Bytes missing(int i) {
    return key(2L * order[i] + 1);
  }

  Bytes value(int i) {
    var value = new byte[2 * halfValue];
    // Mixed, so that neighbours in a block have nothing in common.
    int at = (int) ((i * 0x9E3779B97F4A7C15L) >>> 44);
    System.arraycopy(pool, at, value, 0, halfValue);
    System.arraycopy(pool, at, value, halfValue, halfValue);
    return Bytes.wrap(value);
  }

  private static Bytes key(long number) {
    var key = new byte[KEY_BYTES];
    long rest = number;
    for (int at = KEY_BYTES - 1; at >= 0; at--) {
      key[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return Bytes.wrap(key);
  }
}
