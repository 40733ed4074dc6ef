package io.concordkv.testkit;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/// Draws values for properties.
///
/// [#check(int, Consumer)] runs a property under several seeds and names the seed that broke it;
/// `-Dseeds=42` or `-Dseeds=1-1000` says which seeds to run instead.
public final class Gen {
  private final long seed;
  private final SplittableRandom random;

  public Gen(long seed) {
    this.seed = seed;
    random = new Streams(seed).stream("gen");
  }

  /// Runs `property` under the seeds 1 to `cases`, or under those of the property `seeds`.
  public static void check(int cases, Consumer<Gen> property) {
    var range = System.getProperty("seeds", "");
    if (range.isBlank()) {
      check(1, cases, property);
      return;
    }
    var ends = range.split("-", 2);
    check(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]), property);
  }

  private static void check(long from, long to, Consumer<Gen> property) {
    for (long seed = from; seed <= to; seed++) {
      try {
        property.accept(new Gen(seed));
      } catch (RuntimeException | Error failure) {
        throw new AssertionError("seed " + seed + " (-Dseeds=" + seed + "): " + failure, failure);
      }
    }
  }

  public long seed() {
    return seed;
  }

  public boolean flag() {
    return random.nextBoolean();
  }

  /// True once in `n` times.
  public boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /// From 0 (inclusive) to `bound` (exclusive).
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /// Both ends inclusive.
  public int between(int from, int to) {
    return (int) random.nextLong(from, to + 1L);
  }

  /// Any int, with those at the edges more often than others.
  public int anyInt() {
    return (int) anyLong();
  }

  /// Any long, with small ones, powers of two and the extremes more often than others.
  public long anyLong() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(-3, 4);
      case 2 -> (1L << random.nextInt(64)) + random.nextInt(-1, 2);
      default -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
    };
  }

  /// Up to `maxLength` bytes out of few different ones, so that equal values and shared prefixes
  /// are frequent. 0x00 and 0xFF are among them.
  public Bytes smallBytes(int maxLength) {
    byte[] alphabet = {0, 1, 'a', 'b', (byte) 0xFE, (byte) 0xFF};
    var array = new byte[random.nextInt(maxLength + 1)];
    for (int i = 0; i < array.length; i++) {
      array[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return Bytes.wrap(array);
  }

  /// Up to `maxLength` bytes of any kind.
  public Bytes bytes(int maxLength) {
    var array = new byte[random.nextInt(maxLength + 1)];
    random.nextBytes(array);
    return Bytes.wrap(array);
  }

  /// Up to `maxSize` items.
  public <T> List<T> list(int maxSize, Function<Gen, T> item) {
    int size = random.nextInt(maxSize + 1);
    var items = new ArrayList<T>(size);
    for (int i = 0; i < size; i++) {
      items.add(item.apply(this));
    }
    return items;
  }

  public <T> T oneOf(List<T> items) {
    return items.get(random.nextInt(items.size()));
  }

  @SafeVarargs
  public final <T> T oneOf(T... items) {
    return items[random.nextInt(items.length)];
  }

  /// The index of one of the `weights`, drawn in proportion to them.
  public int weighted(int... weights) {
    int total = 0;
    for (int weight : weights) {
      total += weight;
    }
    Check.that(total > 0, "some weight is positive");
    int drawn = random.nextInt(total);
    int index = 0;
    while (drawn >= weights[index]) {
      drawn -= weights[index++];
    }
    return index;
  }

  /// Another generator that depends on this one, and does not shift it however much it is used.
  public Gen fork() {
    return new Gen(random.nextLong());
  }
}
