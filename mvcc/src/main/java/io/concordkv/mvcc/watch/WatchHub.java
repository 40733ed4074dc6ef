package io.concordkv.mvcc.watch;

import io.concordkv.base.env.Env;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.Revision;
import java.util.List;

/// All watches of a keyspace.
public final class WatchHub {
  public WatchHub(MvccStore store, Env env, WatchOptions options) {
    throw new UnsupportedOperationException();
  }

  public WatchStream open(WatchSink sink) {
    throw new UnsupportedOperationException();
  }

  /// Tells the watchers what was just applied. Called after the engine was written.
  public void publish(List<Revision> revisions) {
    throw new UnsupportedOperationException();
  }

  /// The store was compacted, or its content was replaced by a snapshot: every watcher that stands
  /// behind is cancelled, every other one goes on from its own next revision.
  public void restored() {
    throw new UnsupportedOperationException();
  }
}
