package io.concordkv.node;

import io.concordkv.mvcc.watch.WatchRequest;

/// A watch stream as the edge holds it: any thread may call it.
public interface WatchHandle extends AutoCloseable {
  void create(WatchRequest request);

  void cancel(long watchId);

  void progress();

  /// The sink can take more again.
  void drained();

  @Override
  void close();
}
