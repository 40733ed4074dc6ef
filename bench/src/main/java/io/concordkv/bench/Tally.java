package io.concordkv.bench;

import org.HdrHistogram.Histogram;

/// Counts answers while a measurement runs. Owned by the loop of the [Channels].
final class Tally {
  private static final long MAX_NANOS = 60_000_000_000L;

  private final Histogram nanos = new Histogram(MAX_NANOS, 3);
  private boolean counting;
  private long errors;
  private String lastError = "";

  void answered(long sinceNanos) {
    if (counting) {
      nanos.recordValue(Math.min(System.nanoTime() - sinceNanos, MAX_NANOS));
    }
  }

  void failed(String error) {
    errors++;
    lastError = error;
  }

  void count(boolean on) {
    counting = on;
  }

  Histogram nanos() {
    return nanos;
  }

  long errors() {
    return errors;
  }

  String lastError() {
    return lastError;
  }
}
