package io.concordkv.storage.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Ten thousand small steps of each engine in memory under settings that make its structure change
/// all the time; it is checked after every step, and compared with a tree map.
final class MemoryProperty {
  private record Kind(String name, Map<String, String> settings) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("bplustree-memory", Map.of("order", "3")),
          new Kind("bplustree-memory", Map.of("order", "4")),
          new Kind("bplustree-memory", Map.of("order", "7")),
          new Kind("redblack", Map.of()),
          new Kind("array", Map.of("mode", "append")),
          new Kind("array", Map.of("mode", "sorted")),
          new Kind("hash", Map.of("page-slots", "8")),
          new Kind("hash", Map.of()),
          new Kind("skiplist", Map.of()));

  /// Many keys begin with it, so that what they have in common is longer than a word.
  private static final Bytes PATH = Bytes.of("a/long/path/");

  private record Held(View view, NavigableMap<Bytes, Bytes> expected) {}

  @TestFactory
  List<DynamicTest> the_structure_is_sound_after_every_step() {
    return KINDS.stream()
        .map(kind ->
            DynamicTest.dynamicTest(
                kind.toString(), () -> Gen.check(4, gen -> new Run(gen, kind).run())))
        .toList();
  }

  private static final class Run {
    private final Gen gen;
    private final MemoryEngine engine;
    private final TreeMap<Bytes, Bytes> model = new TreeMap<>();
    private final List<Held> held = new ArrayList<>();

    Run(Gen gen, Kind kind) {
      this.gen = gen;
      var env = new Simulation(gen.seed()).env("n");
      engine = (MemoryEngine) Engines.installed().open(env, kind.name(), "engine", kind.settings());
    }

    void run() {
      int deletes = 1;
      int next = 0;
      boolean views = true;
      for (int step = 0; step < 2_500; step++) {
        if (step % 250 == 0) {
          deletes = gen.oneOf(1, 4, 20);
          views = gen.flag();
        }
        switch (gen.weighted(6, 2, 3, deletes, 1, 1)) {
          case 0 -> put(gen.smallBytes(4));
          case 1 -> put(Bytes.of("key-%06d".formatted(next++)));
          case 2 -> put(PATH.plus(gen.smallBytes(3)));
          case 3 -> delete();
          case 4 -> {
            if (views && held.size() < 4) {
              held.add(new Held(engine.view(), new TreeMap<>(model)));
            }
          }
          default -> {
            if (!held.isEmpty()) {
              held.remove(gen.below(held.size())).view().close();
            }
          }
        }
        if (gen.oneIn(200)) {
          engine.reclaim();
        }
        engine.validate();
        assertThat(engine.count()).isEqualTo(model.size());
        var key = gen.smallBytes(4);
        assertThat(engine.get(key)).isEqualTo(model.get(key));
        if (gen.oneIn(20)) {
          compare(engine, model);
          for (var each : held) {
            compare(each.view(), each.expected());
          }
        }
      }
    }

    private void put(Bytes key) {
      var value = gen.oneIn(30) ? gen.bytes(2000) : gen.bytes(30);
      engine.put(key, value);
      model.put(key, value);
    }

    private void delete() {
      var key = model.isEmpty() || gen.oneIn(4) ? gen.smallBytes(4) : anyKey();
      engine.delete(key);
      model.remove(key);
    }

    private Bytes anyKey() {
      var key = model.ceilingKey(gen.smallBytes(4));
      return key == null ? model.lastKey() : key;
    }

    private static void compare(View view, NavigableMap<Bytes, Bytes> expected) {
      compare(view, expected, Order.ASCENDING);
      compare(view, expected.descendingMap(), Order.DESCENDING);
    }

    private static void compare(View view, NavigableMap<Bytes, Bytes> expected, Order order) {
      try (var cursor = view.scan(KeyRange.ALL, order)) {
        for (var pair : expected.entrySet()) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.key()).isEqualTo(pair.getKey());
          assertThat(cursor.value()).isEqualTo(pair.getValue());
        }
        assertThat(cursor.next()).isFalse();
      }
    }
  }
}
