package io.concordkv.node;

import io.concordkv.base.env.Scheduler;
import io.concordkv.mvcc.watch.WatchHub;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.mvcc.watch.WatchSink;
import io.concordkv.mvcc.watch.WatchStream;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The watch streams that are open at a node, whose calls come from other threads.
final class WatchDesk {
  private final Scheduler loop;
  private final WatchHub hub;
  private final Set<Posted> open = new LinkedHashSet<>();
  private boolean closed;

  WatchDesk(Scheduler loop, WatchHub hub) {
    this.loop = loop;
    this.hub = hub;
  }

  /// Any thread may call it.
  WatchHandle open(WatchSink sink) {
    var handle = new Posted();
    loop.post(() -> handle.open(sink));
    return handle;
  }

  void close() {
    closed = true;
    for (var handle : open) {
      handle.end();
    }
    open.clear();
  }

  private final class Posted implements WatchHandle {
    private @Nullable WatchStream stream;

    void open(WatchSink sink) {
      if (!closed) {
        stream = hub.open(sink);
        open.add(this);
      }
    }

    void end() {
      if (stream != null) {
        stream.close();
        stream = null;
      }
    }

    private void post(Consumer<WatchStream> action) {
      loop.post(() -> {
        if (stream != null) {
          action.accept(stream);
        }
      });
    }

    @Override
    public void create(WatchRequest request) {
      post(stream -> stream.create(request));
    }

    @Override
    public void cancel(long watchId) {
      post(stream -> stream.cancel(watchId));
    }

    @Override
    public void progress() {
      post(WatchStream::progress);
    }

    @Override
    public void drained() {
      post(WatchStream::drained);
    }

    @Override
    public void close() {
      loop.post(() -> {
        end();
        open.remove(this);
      });
    }
  }
}
