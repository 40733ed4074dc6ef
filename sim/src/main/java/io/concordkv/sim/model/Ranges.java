package io.concordkv.sim.model;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.RangeQuery.SortOrder;
import io.concordkv.mvcc.RangeQuery.SortTarget;
import io.concordkv.mvcc.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What a range answers, given all that is in its span.
final class Ranges {
  private Ranges() {}

  /// @param all the pairs of the span, in the order of keys
  /// @param now the revision of the keyspace as it is asked
  static Result.Ranged answer(RangeQuery query, List<KeyValue> all, long now) {
    long count = all.size();
    if (query.countOnly()) {
      return new Result.Ranged(now, List.of(), false, count);
    }
    List<KeyValue> pairs = new ArrayList<>(all);
    // Without an order and without a filter the limit cuts before anything is sorted.
    boolean cutFirst = query.limit() > 0 && query.order() == SortOrder.NONE && !filters(query);
    if (cutFirst && pairs.size() > query.limit() + 1) {
      pairs = new ArrayList<>(pairs.subList(0, (int) query.limit() + 1));
    }
    pairs.removeIf(pair -> !passes(query, pair));
    var order = order(query.target());
    pairs.sort(query.order() == SortOrder.DESCEND ? order.reversed() : order);
    boolean more = query.limit() > 0 && pairs.size() > query.limit();
    if (more) {
      pairs = pairs.subList(0, (int) query.limit());
    }
    if (query.keysOnly()) {
      // Served from an index that does not know leases, unless values had to be fetched to sort.
      boolean leases = query.target() == SortTarget.VALUE;
      pairs = pairs.stream().map(pair -> keyOnly(pair, leases)).toList();
    }
    return new Result.Ranged(now, pairs, more, count);
  }

  private static boolean filters(RangeQuery query) {
    return query.minModRevision() != 0
        || query.maxModRevision() != 0
        || query.minCreateRevision() != 0
        || query.maxCreateRevision() != 0;
  }

  private static boolean passes(RangeQuery query, KeyValue pair) {
    long mod = pair.modRevision();
    long create = pair.createRevision();
    return (query.minModRevision() == 0 || mod >= query.minModRevision())
        && (query.maxModRevision() == 0 || mod <= query.maxModRevision())
        && (query.minCreateRevision() == 0 || create >= query.minCreateRevision())
        && (query.maxCreateRevision() == 0 || create <= query.maxCreateRevision());
  }

  private static Comparator<KeyValue> order(SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
    };
  }

  private static KeyValue keyOnly(KeyValue pair, boolean lease) {
    return new KeyValue(
        pair.key(),
        pair.createRevision(),
        pair.modRevision(),
        pair.version(),
        lease ? pair.lease() : 0,
        Bytes.EMPTY);
  }
}
