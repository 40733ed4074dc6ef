package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// A walk over the first `count` of [SortedPairs].
public final class SortedWalk implements Walk {
  private final long[] prefixes;
  private final long[] references;
  private final int count;
  private final byte[][] segments;
  private int at = -1;

  public SortedWalk(long[] prefixes, long[] references, int count, byte[][] segments) {
    this.prefixes = prefixes;
    this.references = references;
    this.count = count;
    this.segments = segments;
  }

  @Override
  public boolean valid() {
    return at >= 0 && at < count;
  }

  @Override
  public void toCeiling(Bytes key) {
    at = place(key);
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    at = (key == null ? count : place(key)) - 1;
  }

  @Override
  public void next() {
    at++;
  }

  @Override
  public void previous() {
    at--;
  }

  @Override
  public Bytes key() {
    return PairHeap.key(segments, references[at]);
  }

  @Override
  public Bytes value() {
    return PairHeap.value(segments, references[at]);
  }

  private int place(Bytes key) {
    int found = SortedPairs.find(prefixes, references, count, segments, key);
    return found < 0 ? ~found : found;
  }
}
