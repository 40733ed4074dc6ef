package io.concordkv.embedded;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.stress.Stress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PublishedStressTest {
  /// A view that knows whether it was closed.
  private static final class Watched implements View {
    private final AtomicInteger closed = new AtomicInteger();

    @Override
    public @Nullable Bytes get(Bytes key) {
      Check.that(closed.get() == 0, "a view is read only while it is open");
      return null;
    }

    @Override
    public Cursor scan(KeyRange range, Order order) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      Check.that(closed.incrementAndGet() == 1, "a view is closed once");
    }
  }

  @Test
  void a_content_is_closed_once_and_never_under_a_reader() {
    Stress.told(() -> {
      var newest = shared(new Published.Newest());
      var closed = new AtomicInteger();
      newest.put(new Published(new Watched(), 1, closed::incrementAndGet));
      together(
          () -> {
            newest.put(new Published(new Watched(), 2, closed::incrementAndGet));
            newest.put(new Published(new Watched(), 3, closed::incrementAndGet));
          },
          () -> {
            var content = newest.take();
            var again = content.again();
            content.release();
            var _ = again.view.get(Bytes.EMPTY);
            again.release();
          });
      newest.put(null);
      Check.that(closed.get() == 3, "all contents were closed");
    });
  }

  @Test
  void who_closes_a_snapshot_twice_lets_go_once() {
    Stress.told(() -> {
      var closed = new AtomicInteger();
      var content = new Published(new Watched(), 1, closed::incrementAndGet);
      var snapshot = shared(new Snapshot(content));
      together(snapshot::close, snapshot::close);
      Check.that(closed.get() == 1, "it was let go");
    });
  }
}
