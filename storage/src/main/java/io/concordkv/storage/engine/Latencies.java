package io.concordkv.storage.engine;

/// A histogram of durations: 16 buckets to each power of two, so what it answers is at most a
/// sixteenth too high. Owned by one loop.
public final class Latencies {
  private static final int BITS = 4;
  private static final int STEPS = 1 << BITS;

  private final long[] buckets = new long[(Long.SIZE - BITS) * STEPS];
  private long count;
  private long max;

  public void add(long nanos) {
    long duration = Math.max(0, nanos);
    buckets[bucket(duration)]++;
    count++;
    max = Math.max(max, duration);
  }

  /// As those of `operation`.
  public OperationMetrics metrics(String operation) {
    return new OperationMetrics(
        operation, count, quantile(0.5), quantile(0.99), quantile(0.999), max);
  }

  /// What `share` of the durations do not exceed; 0 if there are none.
  long quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int i = 0; i < buckets.length; i++) {
      seen += buckets[i];
      if (seen >= rank) {
        return Math.min(max, highest(i));
      }
    }
    return max;
  }

  long max() {
    return max;
  }

  /// Below 16 a bucket for each number; above, by the number's length and its next four bits.
  private static int bucket(long nanos) {
    int shift = Math.max(0, Long.SIZE - BITS - 1 - Long.numberOfLeadingZeros(nanos));
    return shift * STEPS + (int) (nanos >>> shift);
  }

  private static long highest(int bucket) {
    int shift = Math.max(0, bucket / STEPS - 1);
    return (((long) (bucket - shift * STEPS) + 1) << shift) - 1;
  }
}
