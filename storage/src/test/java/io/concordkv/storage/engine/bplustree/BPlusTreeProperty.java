package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A tree of tiny pages beside a tree map: after every checkpoint it is a tree, has what the map
/// has, and takes no unit that no page of it takes.
final class BPlusTreeProperty {
  private static final List<BPlusTreeOptions> OPTIONS =
      List.of(TinyTrees.SMALL, TinyTrees.NO_CACHE, TinyTrees.WIDE);

  private record Held(Map<Bytes, Bytes> expected, View view) {}

  @Test
  void a_tree_stays_a_tree_and_agrees_with_a_tree_map() {
    Gen.check(60, gen -> new Run(gen).run());
  }

  private static final class Run {
    private final Gen gen;
    private final Simulation simulation;
    private final BPlusTreeOptions options;
    private final TreeMap<Bytes, Bytes> model = new TreeMap<>();
    private final List<Held> held = new ArrayList<>();
    private final int keyLength;
    private final int valueLength;
    private BPlusTreeEngine engine;
    private int next;

    Run(Gen gen) {
      this.gen = gen;
      simulation = new Simulation(gen.seed());
      options = gen.oneOf(OPTIONS);
      keyLength = gen.oneOf(List.of(2, 3, 4, 30));
      valueLength = gen.oneOf(List.of(0, 10, 60, 700));
      engine = BPlusTreeEngine.open(simulation.env("n1"), "engine", options);
    }

    void run() {
      int rounds = gen.between(3, 25);
      for (int round = 0; round < rounds; round++) {
        switch (gen.weighted(10, 5, 5, 3, 2, 2)) {
          case 0 -> scatter(gen.between(1, 60));
          case 1 -> append(gen.between(1, 120));
          case 2 -> deleteRange();
          case 3 -> scatter(gen.between(200, 600));
          case 4 -> engine.reclaim();
          default -> reopen();
        }
        if (gen.oneIn(3) && held.size() < 4) {
          held.add(new Held(new TreeMap<>(model), engine.view()));
        }
        engine.sync();
        check();
        if (gen.oneIn(3) && !held.isEmpty()) {
          held.remove(gen.below(held.size())).view().close();
        }
      }
      held.forEach(each -> each.view().close());
      held.clear();
      model.keySet().forEach(key -> engine.write(new WriteBatch().delete(key)));
      model.clear();
      engine.sync();
      check();
      engine.reclaim();
      simulation.runFor(Duration.ofSeconds(10));
      check();
      assertThat(engine.sizes().disk()).isLessThan(Head.SLOTS_BYTES + 400L * options.unitBytes());
    }

    private void scatter(int size) {
      var batch = new WriteBatch();
      for (int i = 0; i < size; i++) {
        var key = gen.smallBytes(keyLength);
        if (gen.oneIn(3)) {
          batch.delete(key);
          model.remove(key);
        } else {
          put(batch, key);
        }
      }
      engine.write(batch);
    }

    private void append(int size) {
      var batch = new WriteBatch();
      for (int i = 0; i < size; i++) {
        put(batch, Bytes.of("append-%06d".formatted(next++)));
      }
      engine.write(batch);
    }

    private void put(WriteBatch batch, Bytes key) {
      var value = gen.bytes(gen.oneIn(40) ? 4 * valueLength : valueLength);
      batch.put(key, value);
      model.put(key, value);
    }

    private void deleteRange() {
      var from =
          gen.flag()
              ? gen.smallBytes(keyLength)
              : Bytes.of("append-%06d".formatted(gen.below(next + 1)));
      var batch = new WriteBatch();
      for (var key : List.copyOf(model.tailMap(from).keySet())) {
        if (batch.changes().size() >= 300) {
          break;
        }
        batch.delete(key);
        model.remove(key);
      }
      engine.write(batch);
    }

    private void reopen() {
      engine.sync();
      held.forEach(each -> each.view().close());
      held.clear();
      engine.close();
      simulation.runFor(Duration.ofSeconds(1));
      engine = BPlusTreeEngine.open(simulation.env("n1"), "engine", options);
    }

    private void check() {
      assertThat(walk(engine, Order.ASCENDING)).isEqualTo(List.copyOf(model.entrySet()));
      assertThat(walk(engine, Order.DESCENDING))
          .isEqualTo(List.copyOf(model.descendingMap().entrySet()));
      assertThat(engine.count()).isEqualTo(model.size());
      for (var each : held) {
        assertThat(walk(each.view(), Order.ASCENDING))
            .isEqualTo(List.copyOf(each.expected().entrySet()));
      }
      assertThat(engine.cachedBytes()).isLessThanOrEqualTo(options.cacheBytes());
      long used = engine.validate();
      if (held.isEmpty()) {
        simulation.runFor(Duration.ofSeconds(1));
        used = engine.validate() + headBytes();
        assertThat(engine.sizes().live()).as("no unit is lost").isEqualTo(used);
      }
      assertThat(used).isPositive();
    }

    private long headBytes() {
      return Math.ceilDiv((long) Head.SLOTS_BYTES, options.unitBytes()) * options.unitBytes();
    }

    private static List<Map.Entry<Bytes, Bytes>> walk(View view, Order order) {
      var pairs = new ArrayList<Map.Entry<Bytes, Bytes>>();
      try (var cursor = view.scan(KeyRange.ALL, order)) {
        while (cursor.next()) {
          pairs.add(Map.entry(cursor.key(), cursor.value()));
        }
      }
      return pairs;
    }
  }
}
