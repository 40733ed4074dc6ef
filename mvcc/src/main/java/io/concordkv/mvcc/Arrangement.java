package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Etcd's rules for what is left out of a range, in which order the rest comes, and where it is
/// cut.
///
/// The limit is applied while fetching unless an order or a filter is asked for: with a target but
/// without an order, the first keys are fetched (one more than asked for) and only those are
/// sorted, which is what etcd does.
final class Arrangement {
  static final long ALL = Long.MAX_VALUE;

  private Arrangement() {}

  /// Why `query` cannot be answered at `current`; null if it can.
  static @Nullable ErrorCode wrong(RangeQuery query, long current, long compacted) {
    if (query.revision() > current) {
      return ErrorCode.FUTURE_REVISION;
    }
    return query.revision() > 0 && query.revision() < compacted ? ErrorCode.COMPACTED : null;
  }

  /// How many pairs, in the order of keys, have to be fetched.
  static long fetches(RangeQuery query) {
    if (query.countOnly()) {
      return 0;
    }
    boolean whole =
        query.limit() <= 0
            || query.limit() == Long.MAX_VALUE
            || query.order() != RangeQuery.SortOrder.NONE
            || filters(query);
    return whole ? ALL : query.limit() + 1;
  }

  static boolean filters(RangeQuery query) {
    return query.minModRevision() != 0
        || query.maxModRevision() != 0
        || query.minCreateRevision() != 0
        || query.maxCreateRevision() != 0;
  }

  /// Whether the stored versions are looked at, or the index is enough.
  static boolean needsValues(RangeQuery query) {
    return !query.countOnly()
        && (!query.keysOnly() || query.target() == RangeQuery.SortTarget.VALUE);
  }

  static Result.Ranged arrange(
      RangeQuery query, List<KeyValue> fetched, long count, long revision) {
    var pairs = fetched;
    if (filters(query)) {
      pairs = new ArrayList<>();
      for (var pair : fetched) {
        if (passes(query, pair)) {
          pairs.add(pair);
        }
      }
    }
    pairs = sorted(query, pairs);
    boolean more = query.limit() > 0 && pairs.size() > query.limit();
    if (more) {
      pairs = pairs.subList(0, (int) query.limit());
    }
    if (query.keysOnly() && needsValues(query)) {
      pairs = pairs.stream().map(Arrangement::withoutValue).toList();
    }
    return new Result.Ranged(revision, pairs, more, count);
  }

  private static boolean passes(RangeQuery query, KeyValue pair) {
    return within(pair.modRevision(), query.minModRevision(), query.maxModRevision())
        && within(pair.createRevision(), query.minCreateRevision(), query.maxCreateRevision());
  }

  private static boolean within(long number, long min, long max) {
    return (min == 0 || number >= min) && (max == 0 || number <= max);
  }

  private static List<KeyValue> sorted(RangeQuery query, List<KeyValue> pairs) {
    boolean byKey = query.target() == RangeQuery.SortTarget.KEY;
    if (pairs.size() < 2 || (byKey && query.order() != RangeQuery.SortOrder.DESCEND)) {
      return pairs;
    }
    var order = comparator(query.target());
    var sorted = new ArrayList<>(pairs);
    sorted.sort(query.order() == RangeQuery.SortOrder.DESCEND ? order.reversed() : order);
    return sorted;
  }

  private static Comparator<KeyValue> comparator(RangeQuery.SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
    };
  }

  private static KeyValue withoutValue(KeyValue pair) {
    return new KeyValue(
        pair.key(),
        pair.createRevision(),
        pair.modRevision(),
        pair.version(),
        pair.lease(),
        Bytes.EMPTY);
  }
}
