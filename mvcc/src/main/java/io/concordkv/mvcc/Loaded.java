package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a worker read for [MvccStore#apply]: how things stood before the batch.
public final class Loaded {
  /// For mutations that need nothing.
  public static final Loaded NOTHING =
      new Loaded(0, new TreeMap<>(), new LinkedHashMap<>(), new TreeMap<>());

  private final long revision;
  private final Map<Bytes, Bytes> values;
  private final Map<RangeQuery, Versions.Scan> scans;
  private final SortedMap<Bytes, KeyValue> base;

  Loaded(
      long revision,
      Map<Bytes, Bytes> values,
      Map<RangeQuery, Versions.Scan> scans,
      SortedMap<Bytes, KeyValue> base) {
    this.revision = revision;
    this.values = values;
    this.scans = scans;
    this.base = base;
  }

  /// The revision it was read at; 0 if nothing was read.
  long revision() {
    return revision;
  }

  Bytes value(Bytes key) {
    var value = values.get(key);
    if (value == null) {
      throw new InvariantError("what a mutation reads was loaded for it");
    }
    return value;
  }

  Versions.Scan scan(RangeQuery query) {
    var scan = scans.get(query);
    if (scan == null) {
      throw new InvariantError("an old range that a mutation reads was loaded for it");
    }
    return scan;
  }

  /// The pairs that were loaded for ranges at revisions which only the batch itself makes.
  SortedMap<Bytes, KeyValue> base(Span span) {
    var upper = span.upper();
    return span.isEmpty()
        ? new TreeMap<>()
        : upper == null ? base.tailMap(span.key()) : base.subMap(span.key(), upper);
  }
}
