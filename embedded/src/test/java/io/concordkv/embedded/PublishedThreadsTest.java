package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Real threads take and let go of the newest content while another one replaces it.
final class PublishedThreadsTest {
  private static final int READERS = 3;
  private static final long CONTENTS = 200_000;

  /// A view that knows whether it was closed.
  private static final class Watched implements View {
    final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public @Nullable Bytes get(Bytes key) {
      if (closed.get()) {
        throw new AssertionError("a view is read that was closed");
      }
      return null;
    }

    @Override
    public Cursor scan(KeyRange range, Order order) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        throw new AssertionError("a view is closed twice");
      }
    }
  }

  @Test
  void a_content_is_closed_once_and_never_under_a_reader() throws Exception {
    var newest = new Published.Newest();
    var closed = new AtomicLong();
    newest.put(new Published(new Watched(), 0, closed::incrementAndGet));
    var over = new AtomicBoolean();
    try (var pool = Executors.newFixedThreadPool(READERS)) {
      var readers = new ArrayList<Future<Long>>();
      for (int i = 0; i < READERS; i++) {
        readers.add(pool.submit(() -> read(newest, over)));
      }
      for (long sequence = 1; sequence <= CONTENTS; sequence++) {
        newest.put(new Published(new Watched(), sequence, closed::incrementAndGet));
      }
      over.set(true);
      for (var reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
    assertThat(closed).hasValue(CONTENTS);
    newest.put(null);
    assertThat(closed).hasValue(CONTENTS + 1);
  }

  /// How often it read. What it takes never gets older.
  private static long read(Published.Newest newest, AtomicBoolean over) {
    long reads = 0;
    long last = 0;
    do {
      var content = newest.take();
      var again = content.again();
      content.release();
      assertThat(again.sequence).isGreaterThanOrEqualTo(last);
      last = again.sequence;
      var _ = again.view.get(Bytes.EMPTY);
      again.release();
      reads++;
    } while (!over.get());
    return reads;
  }
}
