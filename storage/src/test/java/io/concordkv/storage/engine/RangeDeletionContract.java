package io.concordkv.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What every engine promises of ranges that are deleted.
public abstract class RangeDeletionContract extends OpenedEngine {
  @Test
  void a_range_is_deleted_wherever_its_keys_were() {
    fill("a", "b", "c", "d", "e", "f");
    flushed();
    put("ca", "in memory");
    engine.deleteRange(new KeyRange(key("b"), key("e")));
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "e=e", "f=f");
    assertThat(pairs(engine, KeyRange.ALL, Order.DESCENDING)).containsExactly("f=f", "e=e", "a=a");
    assertThat(engine.get(key("b"))).isNull();
    assertThat(engine.get(key("ca"))).isNull();
    assertThat(engine.get(key("e"))).isEqualTo(key("e"));
    put("c", "again");
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING))
        .containsExactly("a=a", "c=again", "e=e", "f=f");
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      assertThat(cursor.seek(key("b"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("c"));
      assertThat(cursor.seek(key("ca"))).isTrue();
      assertThat(cursor.key()).isEqualTo(key("e"));
    }
    engine.deleteRange(new KeyRange(key("d"), null));
    assertThat(pairs(engine, KeyRange.ALL, Order.DESCENDING)).containsExactly("c=again", "a=a");
    engine.deleteRange(KeyRange.ALL);
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEmpty();
    engine.deleteRange(KeyRange.ALL);
    assertThat(engine.get(key("a"))).isNull();
  }

  @Test
  void the_order_of_changes_in_a_batch_counts_for_ranges_too() {
    fill("a", "b", "c");
    engine.write(
        new WriteBatch()
            .put(key("b"), key("before"))
            .put(key("bb"), key("before"))
            .deleteRange(new KeyRange(key("b"), key("d")))
            .put(key("c"), key("after"))
            .deleteRange(new KeyRange(key("z"), key("y"))));
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "c=after");
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=a", "c=after");
  }

  @Test
  void a_view_sees_the_ranges_that_were_deleted_before_it() {
    fill("a", "b", "c", "d");
    var first = engine.view();
    engine.deleteRange(new KeyRange(key("b"), key("d")));
    var second = engine.view();
    put("b", "again");
    engine.deleteRange(new KeyRange(key("a"), key("c")));
    var third = engine.view();
    for (int i = 0; i < 300; i++) {
      put("k" + i % 17, "value-" + i);
    }
    engine.deleteRange(KeyRange.ALL);
    flushed();
    assertThat(pairs(first, KeyRange.ALL, Order.ASCENDING))
        .containsExactly("a=a", "b=b", "c=c", "d=d");
    assertThat(pairs(second, KeyRange.ALL, Order.DESCENDING)).containsExactly("d=d", "a=a");
    assertThat(pairs(third, KeyRange.ALL, Order.ASCENDING)).containsExactly("d=d");
    assertThat(third.get(key("b"))).isNull();
    assertThat(second.get(key("b"))).isNull();
    assertThat(first.get(key("b"))).isEqualTo(key("b"));
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).isEmpty();
    first.close();
    second.close();
    third.close();
  }
}
