package io.concordkv.sim.engine;

import io.concordkv.base.Bytes;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All pairs there are after the batch `mark`. Never changed.
record Content(long mark, NavigableMap<Bytes, Bytes> pairs) {
  static final Content NOTHING = new Content(0, Collections.emptyNavigableMap());

  /// What comes of it by `batch`.
  Content after(WriteBatch batch) {
    var next = new TreeMap<>(pairs);
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> next.put(key, value);
        case WriteBatch.Change.Delete(var key) -> next.remove(key);
        case WriteBatch.Change.DeleteRange(var range) -> next.keySet().removeIf(range::contains);
      }
    }
    return new Content(batch.mark(), next);
  }

  /// All that `view` has, in ascending order.
  static List<Map.Entry<Bytes, Bytes>> all(View view) {
    var found = new ArrayList<Map.Entry<Bytes, Bytes>>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.add(Map.entry(cursor.key(), cursor.value()));
      }
    }
    return found;
  }

  boolean is(List<Map.Entry<Bytes, Bytes>> found) {
    return difference(pairs, found) == null;
  }

  void expectAll(String check, View view) {
    expectPairs(check, all(view));
  }

  void expectPairs(String check, List<Map.Entry<Bytes, Bytes>> found) {
    expect(check, pairs, found);
  }

  /// `view` gives for each of `keys` what there is.
  void expectGets(String check, View view, List<Bytes> keys) {
    for (var key : keys) {
      var expected = pairs.get(key);
      var found = view.get(key);
      Violation.unless(
          Objects.equals(found, expected),
          check,
          "the value of " + key + " is " + found + " and should be " + expected);
    }
  }

  /// `view` gives what there is in `range`, from `skip` on if that is given.
  void expectScan(
      String check, View view, KeyRange range, Order order, @Nullable Bytes skip, int most) {
    var expected = between(range, order);
    var found = new ArrayList<Map.Entry<Bytes, Bytes>>();
    try (var cursor = view.scan(range, order)) {
      boolean more = skip == null ? cursor.next() : cursor.seek(skip);
      while (more && found.size() < most) {
        found.add(Map.entry(cursor.key(), cursor.value()));
        more = cursor.next();
      }
    }
    var from = skip == null ? expected : expected.tailMap(skip, true);
    var few = new TreeMap<Bytes, Bytes>(expected.comparator());
    for (var pair : from.entrySet()) {
      if (few.size() < most) {
        few.put(pair.getKey(), pair.getValue());
      }
    }
    expect(check, few, found);
  }

  void expectCount(String check, View view, KeyRange range) {
    long found = view.count(range);
    int expected = between(range, Order.ASCENDING).size();
    Violation.unless(
        found == expected,
        check,
        found + " pairs in " + range + " and there should be " + expected);
  }

  NavigableMap<Bytes, Bytes> between(KeyRange range, Order order) {
    var to = range.to();
    var inside =
        range.isEmpty()
            ? new TreeMap<Bytes, Bytes>()
            : to == null
                ? pairs.tailMap(range.from(), true)
                : pairs.subMap(range.from(), true, to, false);
    return order == Order.ASCENDING ? inside : inside.descendingMap();
  }

  private static void expect(
      String check, NavigableMap<Bytes, Bytes> expected, List<Map.Entry<Bytes, Bytes>> found) {
    var difference = difference(expected, found);
    Violation.unless(difference == null, check, String.valueOf(difference));
  }

  /// Null if there is none.
  private static @Nullable String difference(
      NavigableMap<Bytes, Bytes> expected, List<Map.Entry<Bytes, Bytes>> found) {
    int at = 0;
    for (var pair : expected.entrySet()) {
      if (at == found.size()) {
        return "it ends before " + pair + ", after " + at + " of " + expected.size() + " pairs";
      }
      if (!pair.equals(found.get(at))) {
        return "there is " + found.get(at) + " where " + pair + " should be";
      }
      at++;
    }
    return at < found.size() ? "there is " + found.get(at) + ", which should not be" : null;
  }
}
