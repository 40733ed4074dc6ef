package io.concordkv.mvcc;

import io.concordkv.base.Check;
import io.concordkv.storage.engine.View;

/// Reads at an old revision: walks over all stored versions of the span.
final class OldReading implements Reading {
  private final RangeQuery query;
  private final long revision;
  private final View view;
  private final KeyspaceFormat format;
  private boolean done;

  OldReading(RangeQuery query, long revision, View view, KeyspaceFormat format) {
    this.query = query;
    this.revision = revision;
    this.view = view;
    this.format = format;
  }

  @Override
  public boolean resident() {
    return false;
  }

  @Override
  public Result.Ranged run() {
    Check.that(!done, "a reading is run once");
    try {
      var scan = new Versions(view, format).scan(query);
      return Arrangement.arrange(query, scan.pairs(), scan.count(), revision);
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    if (!done) {
      done = true;
      view.close();
    }
  }
}
