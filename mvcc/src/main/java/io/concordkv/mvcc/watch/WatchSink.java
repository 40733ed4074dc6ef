package io.concordkv.mvcc.watch;

/// Where a watch stream's answers go. Called on the loop.
public interface WatchSink {
  /// Whether more can be taken without piling up. When it can again after it could not, whoever
  /// owns the sink calls [WatchStream#drained()].
  boolean ready();

  void send(WatchAnswer answer);
}
