package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads stored versions. Used on a worker, over a frozen view.
final class Versions {
  /// Up to so many keys are looked up one by one; more are met by walking along.
  private static final int FEW = 4;

  private final View view;
  private final KeyspaceFormat format;

  Versions(View view, KeyspaceFormat format) {
    this.view = view;
    this.format = format;
  }

  /// What a range at an old revision finds.
  ///
  /// @param pairs the first ones, as many as were asked for
  /// @param count of all
  record Scan(List<KeyValue> pairs, long count) {}

  Bytes value(LiveEntry entry) {
    var stored = view.get(format.dataKey(entry.key(), entry.main(), entry.sub()));
    return live(entry, stored).value();
  }

  /// The entries come in the order of their keys.
  List<KeyValue> pairs(List<LiveEntry> entries) {
    var pairs = new ArrayList<KeyValue>(entries.size());
    if (entries.size() <= FEW) {
      for (var entry : entries) {
        pairs.add(entry.pair(value(entry)));
      }
      return pairs;
    }
    try (var cursor = view.scan(format.dataRange(), Order.ASCENDING)) {
      boolean started = false;
      for (var entry : entries) {
        var wanted = format.dataKey(entry.key(), entry.main(), entry.sub());
        // Where keys have one version each, the next step already stands on the right one.
        boolean on = started && cursor.next();
        if (!started || (on && cursor.key().compareTo(wanted) < 0)) {
          on = cursor.seek(wanted);
        }
        started = true;
        boolean found = on && cursor.key().equals(wanted);
        pairs.add(entry.pair(live(entry, found ? cursor.value() : null).value()));
      }
    }
    return pairs;
  }

  /// What a query at an old revision has to fetch.
  Scan scan(RangeQuery query) {
    return scan(
        query.span(),
        query.revision(),
        Arrangement.fetches(query),
        !Arrangement.needsValues(query));
  }

  /// `span` as it was at `revision`.
  private Scan scan(Span span, long revision, long limit, boolean keysOnly) {
    var pairs = new ArrayList<KeyValue>();
    long count = 0;
    if (span.isEmpty()) {
      return new Scan(pairs, 0);
    }
    try (var cursor = view.scan(format.dataRange(span), Order.ASCENDING)) {
      boolean more = cursor.next();
      while (more) {
        var at = format.readDataKey(cursor.key());
        if (at.main() > revision) {
          more = cursor.seek(format.dataSeek(at.key(), revision));
          continue;
        }
        var version = format.readVersion(cursor.value());
        if (!version.tombstone()) {
          count++;
          if (pairs.size() < limit) {
            var pair = version.pair(at.key(), at.main());
            pairs.add(keysOnly ? keyOnly(pair) : pair);
          }
        }
        more = !span.single() && format.nextKey(cursor, at.key());
      }
    }
    return new Scan(pairs, count);
  }

  /// `key` as it was at `revision`, null if it did not exist.
  @Nullable KeyValue at(Bytes key, long revision) {
    var found = scan(Span.of(key), revision, 1, false).pairs();
    return found.isEmpty() ? null : found.getFirst();
  }

  private KeyspaceFormat.Version live(LiveEntry entry, @Nullable Bytes stored) {
    if (stored == null) {
      throw new CorruptionError(
          "key " + entry.key() + " of revision " + entry.main() + " is not in the engine");
    }
    var version = format.readVersion(stored);
    Check.that(!version.tombstone(), "a live key is not a tombstone");
    return version;
  }

  /// As [LiveEntry#keyOnly()].
  static KeyValue keyOnly(KeyValue pair) {
    return new KeyValue(
        pair.key(), pair.createRevision(), pair.modRevision(), pair.version(), 0, Bytes.EMPTY);
  }
}
