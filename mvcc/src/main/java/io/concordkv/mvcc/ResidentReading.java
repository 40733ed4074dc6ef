package io.concordkv.mvcc;

import java.util.List;

/// A range whose pairs were all in memory.
record ResidentReading(RangeQuery query, List<KeyValue> pairs, long count, long revision)
    implements Reading {
  @Override
  public boolean resident() {
    return true;
  }

  @Override
  public Result.Ranged run() {
    return Arrangement.arrange(query, pairs, count, revision);
  }

  @Override
  public void close() {}
}
