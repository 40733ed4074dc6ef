package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HeldCursorTest {
  private static final class Damaged implements View {
    @Override
    public @Nullable Bytes get(Bytes key) {
      return null;
    }

    @Override
    public Cursor scan(KeyRange range, Order order) {
      throw new CorruptionError("a table is damaged");
    }

    @Override
    public void close() {}
  }

  @Test
  void a_scan_that_meets_damage_at_once_keeps_nothing() {
    var closed = new AtomicInteger();
    var content = new Published(new Damaged(), 1, closed::incrementAndGet);
    assertThatThrownBy(() -> HeldCursor.over(content, KeyRange.ALL, Order.ASCENDING))
        .isInstanceOf(CorruptionError.class);
    assertThat(closed).hasValue(1);
  }
}
