package io.concordkv.mvcc.watch;

/// One client's stream with all its watches. All methods are called on the loop.
public final class WatchStream implements AutoCloseable {
  WatchStream() {}

  public void create(WatchRequest request) {
    throw new UnsupportedOperationException();
  }

  public void cancel(long watchId) {
    throw new UnsupportedOperationException();
  }

  public void progress() {
    throw new UnsupportedOperationException();
  }

  public void drained() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
