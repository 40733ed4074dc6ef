package io.concordkv.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every engine promises. Each engine runs it with settings under which everything that it can
/// do in the background happens.
public abstract class EngineContract extends RangeDeletionContract {
  @Test
  void a_new_engine_is_empty() {
    assertThat(engine.get(key("a"))).isNull();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEmpty();
    assertThat(pairs(engine, KeyRange.ALL, Order.DESCENDING)).isEmpty();
    assertThat(engine.mark()).isZero();
    assertThat(engine.durableMark()).isZero();
    assertThat(engine.count()).isZero();
    assertThat(engine.stalled()).isFalse();
  }

  @Test
  void what_was_put_is_got() {
    put("a", "1");
    put("b", "2");
    assertThat(engine.get(key("a"))).isEqualTo(key("1"));
    assertThat(engine.get(key("b"))).isEqualTo(key("2"));
    assertThat(engine.get(key("c"))).isNull();
    put("a", "3");
    assertThat(engine.get(key("a"))).isEqualTo(key("3"));
  }

  @Test
  void empty_keys_and_empty_values_are_like_any_other() {
    engine.write(new WriteBatch().put(Bytes.EMPTY, key("nothing")).put(key("e"), Bytes.EMPTY));
    assertThat(engine.get(Bytes.EMPTY)).isEqualTo(key("nothing"));
    assertThat(engine.get(key("e"))).isEqualTo(Bytes.EMPTY);
    flushed();
    assertThat(engine.get(Bytes.EMPTY)).isEqualTo(key("nothing"));
    assertThat(engine.get(key("e"))).isEqualTo(Bytes.EMPTY);
    assertThat(pairs(engine, KeyRange.ALL, Order.DESCENDING)).containsExactly("e=", "=nothing");
  }

  @Test
  void the_last_change_of_a_key_in_a_batch_wins() {
    engine.write(
        new WriteBatch()
            .put(key("a"), key("1"))
            .put(key("a"), key("2"))
            .put(key("b"), key("1"))
            .delete(key("b"))
            .delete(key("c"))
            .put(key("c"), key("3")));
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=2", "c=3");
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=2", "c=3");
  }

  @Test
  void what_was_deleted_is_gone_wherever_it_was() {
    put("a", "1");
    put("b", "1");
    flushed();
    engine.write(new WriteBatch().delete(key("a")).delete(key("never")));
    assertThat(engine.get(key("a"))).isNull();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("b=1");
    flushed();
    assertThat(engine.get(key("a"))).isNull();
    put("a", "again");
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=again", "b=1");
  }

  @Test
  void keys_are_ordered_as_unsigned_bytes() {
    for (int b : new int[] {0x80, 0x00, 0xFF, 0x7F, 0x01}) {
      engine.write(new WriteBatch().put(Bytes.wrap(new byte[] {(byte) b}), Bytes.EMPTY));
      flushed();
    }
    var seen = new ArrayList<Integer>();
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        seen.add(cursor.key().at(0) & 0xFF);
      }
    }
    assertThat(seen).containsExactly(0x00, 0x01, 0x7F, 0x80, 0xFF);
  }

  @Test
  void a_range_has_its_start_but_not_its_end() {
    fill("a", "b", "c", "d", "e");
    var middle = new KeyRange(key("b"), key("d"));
    assertThat(pairs(engine, middle, Order.ASCENDING)).containsExactly("b=b", "c=c");
    assertThat(pairs(engine, middle, Order.DESCENDING)).containsExactly("c=c", "b=b");
    var rest = new KeyRange(key("bb"), null);
    assertThat(pairs(engine, rest, Order.ASCENDING)).containsExactly("c=c", "d=d", "e=e");
    assertThat(pairs(engine, rest, Order.DESCENDING)).containsExactly("e=e", "d=d", "c=c");
    var none = new KeyRange(key("d"), key("b"));
    assertThat(pairs(engine, none, Order.ASCENDING)).isEmpty();
    assertThat(pairs(engine, none, Order.DESCENDING)).isEmpty();
    assertThat(pairs(engine, KeyRange.prefix(key("c")), Order.DESCENDING)).containsExactly("c=c");
  }

  @Test
  void a_cursor_seeks_forward_in_its_order() {
    fill("a", "c", "e", "g", "i");
    engine.write(new WriteBatch().delete(key("e")));
    try (var cursor = engine.scan(new KeyRange(key("b"), key("h")), Order.ASCENDING)) {
      assertThat(cursor.seek(key("a"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.seek(key("c"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.seek(key("d"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("g"));
      assertThat(cursor.value()).isEqualTo(key("g"));
      assertThat(cursor.seek(key("gg"))).isFalse();
      assertThat(cursor.seek(key("z"))).isFalse();
      assertThat(cursor.next()).isFalse();
    }
    try (var cursor = engine.scan(new KeyRange(key("b"), key("h")), Order.DESCENDING)) {
      assertThat(cursor.seek(key("z"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("g"));
      assertThat(cursor.seek(key("f"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.seek(key("c"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.next()).isFalse();
    }
    try (var cursor = engine.scan(KeyRange.ALL, Order.DESCENDING)) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.seek(key("c"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(key("a"));
    }
  }

  @Test
  void a_cursor_refuses_to_go_back() {
    fill("a", "b", "c");
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      assertThat(cursor.seek(key("b"))).isTrue();
      assertThatThrownBy(() -> cursor.seek(key("a"))).isInstanceOf(InvariantError.class);
    }
    try (var cursor = engine.scan(KeyRange.ALL, Order.DESCENDING)) {
      assertThat(cursor.seek(key("b"))).isTrue();
      assertThatThrownBy(() -> cursor.seek(key("c"))).isInstanceOf(InvariantError.class);
    }
  }

  @Test
  void a_view_keeps_its_moment() {
    fill("a", "b", "c");
    try (var view = engine.view()) {
      engine.write(
          new WriteBatch().delete(key("a")).put(key("b"), key("2")).put(key("d"), key("d")));
      assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "b=b", "c=c");
      flushed();
      for (int i = 0; i < 300; i++) {
        put("k" + i % 17, "value-" + i);
      }
      flushed();
      assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "b=b", "c=c");
      assertThat(pairs(view, KeyRange.ALL, Order.DESCENDING)).containsExactly("c=c", "b=b", "a=a");
      assertThat(view.get(key("a"))).isEqualTo(key("a"));
      assertThat(view.get(key("b"))).isEqualTo(key("b"));
      assertThat(view.get(key("d"))).isNull();
    }
    assertThat(engine.get(key("a"))).isNull();
    assertThat(engine.get(key("b"))).isEqualTo(key("2"));
  }

  @Test
  void views_of_different_moments_stand_side_by_side() {
    var views = new ArrayList<View>();
    for (int i = 0; i < 40; i++) {
      put("key", "value-" + i);
      put("only-" + i, "x");
      views.add(engine.view());
      engine.write(new WriteBatch().delete(key("only-" + i)));
      if (i % 7 == 0) {
        flushed();
      }
    }
    for (int i = 0; i < views.size(); i += 2) {
      views.get(i).close();
    }
    put("key", "last");
    for (int i = 1; i < views.size(); i += 2) {
      assertThat(pairs(views.get(i), KeyRange.ALL, Order.ASCENDING))
          .containsExactly("key=value-" + i, "only-" + i + "=x");
      views.get(i).close();
    }
    put("key", "the very last");
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("key=the very last");
  }

  @Test
  void a_scan_of_the_engine_keeps_the_moment_it_began() {
    fill("a", "b", "c");
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      assertThat(cursor.next()).isTrue();
      engine.write(new WriteBatch().delete(key("b")).put(key("bb"), key("new")));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(key("b"));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void marks_follow_the_batches() {
    engine.write(new WriteBatch().put(key("a"), key("1")).mark(7));
    assertThat(engine.mark()).isEqualTo(7);
    put("b", "1");
    assertThat(engine.mark()).as("a batch without a mark").isEqualTo(7);
    engine.write(new WriteBatch().mark(9));
    assertThat(engine.mark()).isEqualTo(9);
    flushed();
    assertThat(engine.durableMark()).isEqualTo(9);
    engine.write(new WriteBatch().put(key("c"), key("1")).mark(12));
    assertThat(engine.durableMark()).isBetween(9L, 12L);
    engine.sync();
    assertThat(engine.durableMark()).isEqualTo(12);
  }

  @Test
  void flushes_that_overlap_end_well() {
    for (int i = 1; i <= 200; i++) {
      engine.write(new WriteBatch().put(key("k" + i % 23), key("v" + i)).mark(i));
      engine.flush();
      if (i % 50 == 0) {
        engine.sync();
        assertThat(engine.durableMark()).isEqualTo(i);
      }
    }
    settle();
    assertThat(engine.durableMark()).isEqualTo(200);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(23).contains("k16=v200");
  }

  @Test
  void a_replacement_takes_the_place_of_everything() {
    fill("a", "b", "c");
    flushed();
    put("d", "in memory");
    engine.write(new WriteBatch().mark(50));
    var view = engine.view();
    var replacement = engine.replacement();
    replacement.add(key("b"), key("new"));
    replacement.add(key("x"), key("new"));
    replacement.seal();
    assertThat(engine.get(key("x"))).isNull();
    replace(replacement, 20);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("b=new", "x=new");
    assertThat(engine.mark()).isEqualTo(20);
    assertThat(engine.durableMark()).isEqualTo(20);
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING))
        .containsExactly("a=a", "b=b", "c=c", "d=in memory");
    view.close();
    put("b", "newer");
    engine.write(new WriteBatch().delete(key("x")).mark(21));
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("b=newer");
    assertThat(engine.durableMark()).isEqualTo(21);
  }

  @Test
  void an_empty_replacement_empties_the_engine() {
    fill("a", "b");
    var replacement = engine.replacement();
    replacement.seal();
    replace(replacement, 5);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEmpty();
    assertThat(engine.durableMark()).isEqualTo(5);
  }

  @Test
  void an_abandoned_replacement_changes_nothing() {
    fill("a", "b");
    var open = engine.replacement();
    open.add(key("z"), key("z"));
    open.abandon();
    var sealed = engine.replacement();
    sealed.add(key("y"), key("y"));
    sealed.seal();
    sealed.abandon();
    settle();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "b=b");
  }

  @Test
  void a_replacement_may_be_large() {
    fill("a");
    var replacement = engine.replacement();
    for (int i = 0; i < 2000; i++) {
      replacement.add(key("key-%05d".formatted(i)), key("value-" + i));
    }
    replacement.seal();
    replace(replacement, 1);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING))
        .hasSize(2000)
        .contains("key-01234=value-1234");
    assertThat(engine.count()).isEqualTo(2000);
  }

  @Test
  void keys_of_a_replacement_ascend() {
    var replacement = engine.replacement();
    replacement.add(key("b"), key("1"));
    assertThatThrownBy(() -> replacement.add(key("b"), key("2")))
        .isInstanceOf(InvariantError.class);
    replacement.abandon();
  }

  @Test
  void large_values_are_kept_whole() {
    var large = new byte[100_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) ((i * 31) >>> 3);
    }
    engine.write(new WriteBatch().put(key("large"), Bytes.copyOf(large)).put(key("s"), key("s")));
    flushed();
    assertThat(engine.get(key("large"))).isEqualTo(Bytes.wrap(large));
    assertThat(engine.get(key("s"))).isEqualTo(key("s"));
  }

  @Test
  void sizes_grow_with_the_content() {
    long before = engine.sizes().memory() + engine.sizes().disk();
    for (int i = 0; i < 100; i++) {
      put("key-" + i, "value");
    }
    assertThat(engine.sizes().memory() + engine.sizes().disk()).isGreaterThan(before + 1000);
    assertThat(engine.count()).isEqualTo(100);
  }

  @Test
  void a_value_is_updated_by_what_it_was() {
    UnaryOperator<@Nullable Bytes> oneMore = before -> key(before == null ? "1" : before + "1");
    assertThat(engine.update(key("a"), oneMore)).isEqualTo(key("1"));
    assertThat(engine.update(key("a"), oneMore)).isEqualTo(key("11"));
    assertThat(engine.get(key("a"))).isEqualTo(key("11"));
    assertThat(engine.update(key("a"), _ -> null)).isNull();
    assertThat(engine.update(key("never"), _ -> null)).isNull();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEmpty();
  }

  @Test
  void several_values_are_got_at_once() {
    fill("a", "b", "c");
    assertThat(engine.getAll(List.of(key("c"), key("never"), key("a"), key("c"))))
        .containsExactly(key("c"), null, key("a"), key("c"));
  }

  @Test
  void a_range_is_counted() {
    fill("a", "b", "ba", "bb", "c");
    engine.delete(key("ba"));
    assertThat(engine.count(KeyRange.ALL)).isEqualTo(4);
    assertThat(engine.count(KeyRange.prefix(key("b")))).isEqualTo(2);
    assertThat(engine.count(new KeyRange(key("bb"), null))).isEqualTo(2);
    assertThat(engine.count(new KeyRange(key("c"), key("a")))).isZero();
  }

  @Test
  void reclaiming_changes_no_content() {
    for (int i = 0; i < 300; i++) {
      put("key-" + i % 50, "value-" + i);
    }
    for (int i = 10; i < 50; i++) {
      engine.delete(key("key-" + i));
    }
    var view = engine.view();
    var before = pairs(engine, KeyRange.ALL, Order.ASCENDING);
    engine.reclaim();
    settle();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEqualTo(before).hasSize(10);
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).isEqualTo(before);
    view.close();
    engine.reclaim();
    settle();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEqualTo(before);
  }

  @Test
  void metrics_tell_of_the_content() {
    fill("a", "b", "c");
    var metrics = engine.metrics();
    assertThat(metrics.count()).isEqualTo(3);
    assertThat(metrics.sizes()).isEqualTo(engine.sizes());
    assertThat(metrics.operations()).isEmpty();
  }

  @Test
  void a_checkpoint_is_opened_like_the_engine_itself() {
    for (int i = 1; i <= 300; i++) {
      engine.write(new WriteBatch().put(key("key-" + i % 100), key("value-" + i)).mark(i));
    }
    var expected = pairs(engine, KeyRange.ALL, Order.ASCENDING);
    var done = new boolean[1];
    engine.checkpoint("copy", () -> done[0] = true);
    settle();
    assertThat(done[0]).isTrue();
    put("key-1", "later");
    try (var copy = open("copy")) {
      assertThat(pairs(copy, KeyRange.ALL, Order.ASCENDING)).isEqualTo(expected);
      assertThat(copy.mark()).isEqualTo(300);
      assertThat(copy.durableMark()).isEqualTo(300);
      copy.put(key("key-1"), key("other"));
    }
    settle();
    assertThat(engine.get(key("key-1"))).isEqualTo(key("later"));
  }

  private void replace(Replacement replacement, long mark) {
    var done = new boolean[1];
    engine.replaceWith(replacement, mark, () -> done[0] = true);
    settle();
    assertThat(done[0]).isTrue();
  }
}
