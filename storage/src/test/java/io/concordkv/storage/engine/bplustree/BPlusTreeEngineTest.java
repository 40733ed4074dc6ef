package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BPlusTreeEngineTest extends EngineContract {
  private final Simulation simulation = new Simulation(1);
  private SimEnv env = simulation.env("n1");

  @Override
  protected Engine open(String directory) {
    return BPlusTreeEngine.open(env, directory, TinyTrees.SMALL);
  }

  @Override
  protected void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  @Test
  void what_is_durable_is_there_after_a_reopening() {
    for (int i = 1; i <= 300; i++) {
      engine.write(new WriteBatch().put(key("key-" + i), key("value-" + i)).mark(i));
    }
    engine.sync();
    put("lost", "by the crash");
    reopen();
    assertThat(engine.mark()).isEqualTo(300);
    assertThat(engine.durableMark()).isEqualTo(300);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(300);
    assertThat(engine.get(key("key-77"))).isEqualTo(key("value-77"));
    assertThat(engine.get(key("lost"))).isNull();
    assertThat(engine.count()).isEqualTo(300);
  }

  /// Nothing that workers have done comes home meanwhile.
  @Test
  void a_loop_that_is_busy_with_a_long_log_keeps_nothing_of_what_was_merged() {
    var value = Bytes.wrap(new byte[1 << 20]);
    long before = 0;
    for (int i = 0; i < 100; i++) {
      engine.put(key("key-" + i % 5), value.slice(0, (1 << 20) - i));
      engine.sync();
      if (i == 20) {
        before = usedBytes();
      }
    }
    assertThat(usedBytes() - before).isLessThan(20 << 20);
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void a_mark_alone_becomes_durable() {
    engine.write(new WriteBatch().mark(4));
    flushed();
    assertThat(engine.durableMark()).isEqualTo(4);
    reopen();
    assertThat(engine.durableMark()).isEqualTo(4);
  }

  @Test
  void a_write_does_not_touch_the_disk() {
    settle();
    long before = disk().operations();
    for (int i = 0; i < 200; i++) {
      put("key-" + i, "value-" + i);
    }
    for (int i = 0; i < 200; i++) {
      put("key-" + i, "x".repeat(200));
    }
    engine.flush();
    assertThat(engine.stalled()).isTrue();
    assertThat(disk().operations()).isEqualTo(before);
    settle();
    assertThat(engine.stalled()).isFalse();
  }

  @Test
  void opening_reads_the_head_and_no_page_of_the_tree() {
    for (int i = 0; i < 3000; i++) {
      put("key-%06d".formatted(i * 7919 % 3000), "value-" + i);
    }
    engine.sync();
    engine.close();
    settle();
    env = simulation.env("n1");
    long before = disk().operations();
    engine = open();
    assertThat(disk().operations() - before).isLessThan(12);
    assertThat(engine.count()).isEqualTo(3000);
  }

  @Test
  void a_view_keeps_only_the_pages_that_it_can_see() {
    fill(500, 0);
    try (var view = engine.view()) {
      var seen = pairs(view, KeyRange.ALL, Order.ASCENDING);
      for (int round = 1; round <= 20; round++) {
        fill(500, round);
      }
      assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).isEqualTo(seen);
      long used = ((BPlusTreeEngine) engine).validate();
      assertThat(engine.sizes().live()).isLessThan(3 * used + Head.SLOTS_BYTES);
    }
    settle();
    long used = ((BPlusTreeEngine) engine).validate();
    assertThat(engine.sizes().live()).isEqualTo(used + Head.SLOTS_BYTES);
  }

  @Test
  void the_file_shrinks_when_the_content_does() {
    fill(3000, 0);
    long full = engine.sizes().disk();
    for (int i = 0; i < 3000; i++) {
      if (i % 10 != 0) {
        engine.write(new WriteBatch().delete(key("key-%05d".formatted(i))));
      }
    }
    engine.sync();
    engine.reclaim();
    settle();
    assertThat(engine.sizes().disk()).isLessThan(full / 4).isEqualTo(bytesOnDisk());
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(300);
    ((BPlusTreeEngine) engine).validate();
    reopen();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(300);
  }

  @Test
  void keys_that_only_grow_fill_their_pages() {
    for (int i = 0; i < 3000; i++) {
      put("key-%06d".formatted(i), "value-%06d".formatted(i));
      if (i % 50 == 0) {
        engine.sync();
      }
    }
    engine.sync();
    settle();
    // A pair takes 22 bytes, its cell 4 more, and the pages above the leaves a sixth of it all.
    assertThat(engine.sizes().live()).isLessThan(3000L * 50 + Head.SLOTS_BYTES);
  }

  @Test
  void the_cache_stays_within_its_bytes() {
    fill(3000, 0);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(3000);
    for (int i = 0; i < 3000; i++) {
      assertThat(engine.get(key("key-%05d".formatted(i)))).isNotNull();
    }
    assertThat(((BPlusTreeEngine) engine).cachedBytes())
        .isPositive()
        .isLessThanOrEqualTo(TinyTrees.SMALL.cacheBytes());
  }

  @Test
  void keys_may_be_long_and_alike() {
    var start = "k".repeat(3000);
    for (int i = 0; i < 60; i++) {
      put(start + i, "value-" + i);
      put("k".repeat(i + 1), "short-" + i);
    }
    flushed();
    assertThat(engine.get(key(start + 33))).isEqualTo(key("value-33"));
    assertThat(engine.get(key("k".repeat(20)))).isEqualTo(key("short-19"));
    assertThat(pairs(engine, KeyRange.ALL, Order.DESCENDING)).hasSize(120);
    ((BPlusTreeEngine) engine).validate();
  }

  @Test
  void leaves_grow_with_their_pairs() {
    engine.close();
    settle();
    var options = new BPlusTreeOptions(512, 8, 4, 1 << 20, 3, 1 << 20);
    for (int length : new int[] {10, 100, 300, 900, 5000}) {
      var directory = "of-" + length;
      var tree = BPlusTreeEngine.open(env, directory, options);
      for (int i = 0; i < 400; i++) {
        tree.put(key("key-%05d".formatted(i * 7919 % 400)), key("x".repeat(length)));
      }
      tree.sync();
      tree.reclaim();
      settle();
      assertThat(tree.get(key("key-00333"))).isEqualTo(key("x".repeat(length)));
      long perPair = (tree.validate() - Head.SLOTS_BYTES) / 400;
      assertThat(perPair).as("of %d", length).isLessThan(9 + length + 40 + length / 3);
      tree.close();
    }
    engine = open();
  }

  @Test
  void a_batch_with_a_key_too_long_is_refused_as_a_whole() {
    var batch =
        new WriteBatch()
            .put(key("a"), key("1"))
            .put(Bytes.wrap(new byte[Lengths.MAX_KEY_BYTES + 1]), key("2"));
    assertThatThrownBy(() -> engine.write(batch)).isInstanceOf(ConcordException.class);
    assertThat(engine.get(key("a"))).isNull();
  }

  @Test
  void metrics_tell_of_the_cache() {
    fill(500, 0);
    for (int round = 0; round < 3; round++) {
      assertThat(engine.get(key("key-00077"))).isNotNull();
    }
    var metrics = engine.metrics();
    assertThat(metrics.cacheHits()).isPositive();
    assertThat(metrics.debtBytes()).isZero();
  }

  @Test
  void keys_of_zeros_are_told_apart() {
    for (int length = 0; length < 20; length++) {
      engine.write(new WriteBatch().put(Bytes.wrap(new byte[length]), key("zeros-" + length)));
    }
    flushed();
    for (int length = 0; length < 20; length++) {
      assertThat(engine.get(Bytes.wrap(new byte[length]))).isEqualTo(key("zeros-" + length));
    }
    assertThat(engine.get(Bytes.wrap(new byte[20]))).isNull();
  }

  @Test
  void a_checkpoint_opens_like_the_engine_itself() {
    fill(700, 1);
    engine.write(new WriteBatch().put(key("large"), key("x".repeat(5000))).mark(9));
    var expected = pairs(engine, KeyRange.ALL, Order.ASCENDING);
    var done = new boolean[1];
    engine.checkpoint("copy", () -> done[0] = true);
    put("key-00000", "later");
    settle();
    assertThat(done[0]).isTrue();
    var copy = BPlusTreeEngine.open(env, "copy", TinyTrees.SMALL);
    assertThat(copy.mark()).isEqualTo(9);
    assertThat(pairs(copy, KeyRange.ALL, Order.ASCENDING)).isEqualTo(expected);
    copy.validate();
    copy.close();
  }

  @Test
  void leftovers_of_a_crash_are_removed() {
    put("a", "1");
    engine.sync();
    var replacement = engine.replacement();
    replacement.add(key("b"), key("2"));
    replacement.seal();
    assertThat(disk().paths()).hasSize(2);
    reopen();
    assertThat(disk().paths()).hasSize(1);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=1");
  }

  @Test
  void a_replacement_survives_a_reopening_and_the_old_file_goes() {
    fill(500, 1);
    var view = engine.view();
    var replacement = engine.replacement();
    for (int i = 0; i < 500; i++) {
      replacement.add(key("new-%04d".formatted(i)), Bytes.EMPTY);
    }
    replacement.seal();
    var before = engine.files();
    engine.replaceWith(replacement, 77, () -> {});
    settle();
    assertThat(engine.files()).doesNotContainAnyElementsOf(before);
    assertThat(disk().paths()).as("the view reads the old one").hasSize(2);
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).hasSize(500);
    view.close();
    settle();
    assertThat(disk().paths()).hasSize(1);
    reopen();
    assertThat(engine.durableMark()).isEqualTo(77);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING))
        .hasSize(500)
        .first()
        .isEqualTo("new-0000=");
  }

  @Test
  void what_is_discarded_is_gone() {
    fill(100, 1);
    engine.close();
    settle();
    env = simulation.env("n1");
    BPlusTreeEngine.discard(env.files(), "engine");
    assertThat(disk().paths()).isEmpty();
    engine = open();
    assertThat(engine.count()).isZero();
  }

  @Test
  void a_closed_engine_lets_its_background_work_go_idle() {
    for (int i = 0; i < 1000; i++) {
      put("key-" + i, "value-" + i);
    }
    engine.close();
    long operations = disk().operations();
    settle();
    assertThat(disk().operations()).isEqualTo(operations);
    env = simulation.env("n1");
    engine = open();
  }

  private void fill(int keys, int round) {
    for (int i = 0; i < keys; i++) {
      put("key-%05d".formatted(i), "value-" + round + "-" + i);
    }
    engine.sync();
  }

  private void reopen() {
    engine.close();
    settle();
    env = simulation.env("n1");
    engine = open();
  }

  private SimDisk disk() {
    return simulation.disk("n1");
  }

  private long bytesOnDisk() {
    return disk().paths().stream().mapToLong(path -> disk().content(path).length).sum();
  }
}
