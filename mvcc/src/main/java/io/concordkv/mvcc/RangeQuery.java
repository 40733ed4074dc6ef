package io.concordkv.mvcc;

/// What to read. The rules are those of etcd's `Range`.
///
/// @param limit 0 or less: no limit
/// @param revision 0 or less: the newest
/// @param minModRevision bounds are inclusive; 0 switches one off
public record RangeQuery(
    Span span,
    long limit,
    long revision,
    SortOrder order,
    SortTarget target,
    boolean keysOnly,
    boolean countOnly,
    long minModRevision,
    long maxModRevision,
    long minCreateRevision,
    long maxCreateRevision) {
  /// As numbered on the wire.
  public enum SortOrder {
    NONE,
    ASCEND,
    DESCEND
  }

  /// As numbered on the wire.
  public enum SortTarget {
    KEY,
    VERSION,
    CREATE,
    MOD,
    VALUE
  }

  /// Everything in `span`, now.
  public static RangeQuery of(Span span) {
    return new RangeQuery(span, 0, 0, SortOrder.NONE, SortTarget.KEY, false, false, 0, 0, 0, 0);
  }

  public RangeQuery at(long revision) {
    return new RangeQuery(
        span,
        limit,
        revision,
        order,
        target,
        keysOnly,
        countOnly,
        minModRevision,
        maxModRevision,
        minCreateRevision,
        maxCreateRevision);
  }

  public RangeQuery limit(long limit) {
    return new RangeQuery(
        span,
        limit,
        revision,
        order,
        target,
        keysOnly,
        countOnly,
        minModRevision,
        maxModRevision,
        minCreateRevision,
        maxCreateRevision);
  }
}
