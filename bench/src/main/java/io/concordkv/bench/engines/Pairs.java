package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.util.SplittableRandom;

/// The pairs of a run: keys of 16 decimal digits, each number once, in a pseudo-random order;
/// values of 100 bytes. A pair is made anew each time, as a request makes it.
final class Pairs {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;

  final int count;
  private final byte[] pool = new byte[1 << 16];
  private final int[] order;

  Pairs(int count) {
    this.count = count;
    var random = new SplittableRandom(7);
    random.nextBytes(pool);
    order = new int[count];
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(i + 1);
      order[i] = order[at];
      order[at] = i;
    }
  }

  /// The key of the `i`-th number, `i` from 0.
  Bytes ascending(int i) {
    return key(2L * i);
  }

  /// Another order than that of [#shuffled], over the first `among` of its keys.
  Bytes reshuffled(int i, int among) {
    return shuffled((int) ((order[i] + 1L) * 7919 % among));
  }

  Bytes shuffled(int i) {
    return key(2L * order[i]);
  }

  /// A key that nobody has put.
  Bytes missing(int i) {
    return key(2L * order[i] + 1);
  }

  Bytes value(int i) {
    var value = new byte[VALUE_BYTES];
    System.arraycopy(pool, (i * 31) & 0x7FFF, value, 0, VALUE_BYTES);
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
