package io.concordkv.embedded;

import io.concordkv.base.Check;
import io.concordkv.storage.engine.View;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The content after a commit, for any number of threads at once. It is closed when it is no longer
/// the newest and the last who reads it lets go.
///
/// Views are frozen, so reading needs no lock; what is shared is only the count of those who hold
/// one. It is taken by compare-and-swap, since it must never rise from zero again.
final class Published {
  final View view;
  final long sequence;
  private final Runnable closed;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// @param closed runs when the view is closed
  Published(View view, long sequence, Runnable closed) {
    this.view = view;
    this.sequence = sequence;
    this.closed = closed;
  }

  private boolean retain() {
    int count = holders.get();
    while (count > 0) {
      if (holders.compareAndSet(count, count + 1)) {
        return true;
      }
      count = holders.get();
    }
    return false;
  }

  /// Holds it once more; for one who holds it.
  Published again() {
    Check.that(retain(), "who holds a view can hold it again");
    return this;
  }

  void release() {
    int left = holders.decrementAndGet();
    Check.that(left >= 0, "a view is let go as often as it was taken");
    if (left == 0) {
      view.close();
      closed.run();
    }
  }

  /// The newest one: put by the loop, taken by whoever reads.
  static final class Newest {
    private final AtomicReference<@Nullable Published> newest = new AtomicReference<>();

    void put(@Nullable Published next) {
      var before = newest.getAndSet(next);
      if (before != null) {
        before.release();
      }
    }

    /// Holds it; whoever takes it lets it go. Fails with a [StoppedException] if the store is
    /// closed.
    Published take() {
      while (true) {
        var published = newest.get();
        if (published == null) {
          throw StoppedException.closed();
        }
        // One that was let go meanwhile has been replaced by a newer one.
        if (published.retain()) {
          return published;
        }
      }
    }
  }
}
