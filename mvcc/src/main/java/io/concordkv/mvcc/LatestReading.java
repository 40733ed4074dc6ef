package io.concordkv.mvcc;

import io.concordkv.base.Check;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the newest versions: which ones the live index says, the engine only has the values.
final class LatestReading implements Reading {
  private final RangeQuery query;
  private final long revision;
  private final long count;
  private final @Nullable View view;
  private final KeyspaceFormat format;

  // Few entries are taken at once; for many the index is frozen and walked later.
  private final List<LiveEntry> entries;
  private final @Nullable LiveView live;
  private boolean done;

  /// @param entries what is read, unless `live` is given to find it
  /// @param view null if the index has all that is asked for
  LatestReading(
      RangeQuery query,
      long revision,
      long count,
      List<LiveEntry> entries,
      @Nullable LiveView live,
      @Nullable View view,
      KeyspaceFormat format) {
    this.query = query;
    this.revision = revision;
    this.count = count;
    this.entries = entries;
    this.live = live;
    this.view = view;
    this.format = format;
  }

  @Override
  public boolean resident() {
    return live == null && view == null;
  }

  @Override
  public Result.Ranged run() {
    Check.that(!done, "a reading is run once");
    try {
      return Arrangement.arrange(query, pairs(), count, revision);
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    if (!done) {
      done = true;
      if (view != null) {
        view.close();
      }
    }
  }

  private List<KeyValue> pairs() {
    var found = live == null ? entries : live.entries(query.span(), Arrangement.fetches(query));
    if (view != null) {
      return new Versions(view, format).pairs(found);
    }
    var pairs = new ArrayList<KeyValue>(found.size());
    for (var entry : found) {
      pairs.add(entry.keyOnly());
    }
    return pairs;
  }
}
