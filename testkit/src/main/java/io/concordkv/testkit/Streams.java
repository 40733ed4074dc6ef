package io.concordkv.testkit;

import java.util.SplittableRandom;

/// Independent streams of random numbers out of one seed.
final class Streams {
  private final long seed;

  Streams(long seed) {
    this.seed = seed;
  }

  /// The stream of `name`, from its beginning.
  SplittableRandom stream(String name) {
    return new SplittableRandom(derive(name));
  }

  /// A number that depends on the seed and `name` only.
  long derive(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return mix(seed + mix(hash));
  }

  /// Spreads the bits of `value`: the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
