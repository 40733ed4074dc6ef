package io.concordkv.bench.engines;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Numbers by Zipf's law: `i` comes in proportion to `1 / (i + 1)^theta`. Exact, by the sums of all
/// these, so it takes eight bytes for each number and a binary search for each draw.
final class Zipf {
  private final double[] upTo;
  private final RandomGenerator random;

  /// @param theta 0: all alike; the more, the more often come the first
  Zipf(int count, double theta, RandomGenerator random) {
    upTo = new double[count];
    this.random = random;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(i + 1.0, -theta);
      upTo[i] = sum;
    }
  }

  int next() {
    int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
    return found >= 0 ? Math.min(found + 1, upTo.length - 1) : -found - 1;
  }

  int[] draw(int many) {
    var drawn = new int[many];
    Arrays.setAll(drawn, _ -> next());
    return drawn;
  }
}
