package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.mvcc.KeyspaceFormat.HistoryKey;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a step of purging found to delete.
///
/// A purge to the compact revision `target` walks over the history up to it, oldest first. After it
/// there is, of every key, the newest version at or below `target` unless that is a tombstone below
/// `target`, and of the history only what happened at `target` or later: a watch may start there,
/// so even a tombstone at `target` itself stays. What a row of the history superseded and has no
/// row of its own any more (an earlier purge kept it as the newest) is the next older version of
/// its key.
public final class Purge {
  final long target;
  final List<Bytes> deletions = new ArrayList<>();

  /// Up to where the history was walked; null if there was nothing.
  @Nullable HistoryKey last;

  /// The walk came to its end.
  boolean complete;

  private Purge(long target) {
    this.target = target;
  }

  static Purge find(View view, KeyspaceFormat format, PurgeStep step) {
    var found = new Purge(step.target());
    // No row is of revision 0.
    var from = format.historyKey(step.main(), step.sub()).successor();
    var range = new KeyRange(from, format.historyKey(step.target() + 1, 0));
    int rows = 0;
    try (var cursor = view.scan(range, Order.ASCENDING)) {
      while (rows < step.rows() && cursor.next()) {
        rows++;
        var row = format.readHistoryKey(cursor.key());
        found.last = row;
        found.look(view, format, row, cursor.key(), cursor.value());
      }
    }
    found.complete = rows < step.rows();
    return found;
  }

  private void look(View view, KeyspaceFormat format, HistoryKey row, Bytes historyKey, Bytes key) {
    var mine = format.dataKey(key, row.main(), row.sub());
    var versions = new KeyRange(format.dataSeek(key, target), format.dataPast(key));
    try (var cursor = view.scan(versions, Order.ASCENDING)) {
      Check.that(cursor.next(), "a change that the history has is stored");
      boolean newest = cursor.key().equals(mine);
      boolean tombstone = format.readVersion(cursor.value()).tombstone();
      boolean older = cursor.seek(mine);
      if (older && cursor.key().equals(mine)) {
        older = cursor.next();
      }
      if (older && format.readDataKey(cursor.key()).main() < target) {
        deletions.add(cursor.key());
      }
      if (row.main() < target) {
        deletions.add(historyKey);
        if (!newest || tombstone) {
          deletions.add(mine);
        }
      }
    }
  }
}
