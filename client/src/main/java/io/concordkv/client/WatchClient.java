package io.concordkv.client;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;

/// Changes as they happen, and history.
public final class WatchClient {
  private final Calls calls;

  WatchClient(Calls calls) {
    this.calls = calls;
  }

  /// Begins to watch; the first call of [Watcher#next] connects.
  public Watcher open(WatchCreateRequest request) {
    return new Watcher(calls, request);
  }

  /// @param revision the first to be told, 0: from now on
  public Watcher key(ByteString key, long revision) {
    return open(WatchCreateRequest.newBuilder().setKey(key).setStartRevision(revision).build());
  }
}
