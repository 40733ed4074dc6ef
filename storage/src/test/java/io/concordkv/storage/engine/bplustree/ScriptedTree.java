package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One run of writes, flushes, reclaims, replacements and views on a tree of tiny pages, with
/// everything that it may find afterwards.
final class ScriptedTree {
  private static final String DIRECTORY = "engine";
  private static final int CHANGES = 8;

  /// How an end is planned on a disk.
  interface Death {
    void plan(SimDisk disk, long operation);
  }

  private record Held(View view, long mark) {}

  private final int batches;
  private final Function<SimEnv, Env> world;
  private final List<Throwable> failures = new ArrayList<>();

  private final Simulation simulation;
  private final SimDisk disk;
  private final Gen gen = new Gen(7);
  private final TreeMap<Long, TreeMap<Bytes, Bytes>> contents = new TreeMap<>();
  private final ArrayDeque<Held> views = new ArrayDeque<>();
  private SimEnv env;
  private long mark;
  private long reported;

  ScriptedTree(long seed, int batches, Function<SimEnv, Env> world) {
    this.batches = batches;
    this.world = world;
    simulation = new Simulation(seed);
    env = simulation.env("n1", failures::add);
    disk = simulation.disk("n1");
    contents.put(0L, new TreeMap<>());
  }

  SimDisk disk() {
    return disk;
  }

  /// What ended it, beside a power cut or a kill.
  List<Throwable> failures() {
    return failures;
  }

  void powerCut() {
    simulation.powerCut("n1");
  }

  /// Whether it died on the way, as `plan` will have it.
  boolean script(Runnable plan) {
    plan.run();
    try {
      var engine = BPlusTreeEngine.open(world.apply(env), DIRECTORY, TinyTrees.NO_CACHE);
      for (int i = 1; i <= batches && env.alive(); i++) {
        if (i % 25 == 0) {
          replace(engine);
        } else {
          write(engine);
        }
        if (!env.alive()) {
          return true;
        }
        look(engine, i);
        if (i % 4 == 0) {
          engine.flush();
        }
        if (i % 15 == 0) {
          engine.sync();
        }
        if (i % 20 == 0) {
          engine.reclaim();
        }
        simulation.runFor(Duration.ofMillis(2));
        report(engine);
      }
      if (env.alive()) {
        simulation.runFor(Duration.ofMinutes(1));
        report(engine);
      }
    } catch (PowerCut _) {
      return true;
    } catch (FileException failure) {
      failures.add(failure);
      return true;
    }
    return !env.alive();
  }

  /// Views of different ages pin pages that are no longer in the tree, and keep what they saw.
  private void look(Engine engine, int i) {
    if (i % 3 == 0) {
      views.addLast(new Held(engine.view(), mark));
    }
    if (views.size() > 3) {
      var oldest = views.removeFirst();
      assertThat(content(oldest.view())).isEqualTo(contents.get(oldest.mark()));
      oldest.view().close();
    }
  }

  private void report(Engine engine) {
    if (env.alive()) {
      reported = engine.durableMark();
    }
  }

  private void write(Engine engine) {
    var content = new TreeMap<>(contents.lastEntry().getValue());
    var batch = new WriteBatch().mark(++mark);
    for (int i = 0; i < CHANGES; i++) {
      var key = Bytes.of("key-" + gen.below(60));
      if (gen.oneIn(4)) {
        batch.delete(key);
        content.remove(key);
      } else {
        var value = Bytes.of("value-" + mark + "-" + i + ".".repeat(gen.oneIn(6) ? 300 : 0));
        batch.put(key, value);
        content.put(key, value);
      }
    }
    contents.put(mark, content);
    engine.write(batch);
  }

  private void replace(Engine engine) {
    var content = new TreeMap<Bytes, Bytes>();
    var replacement = engine.replacement();
    for (int i = 10; i < 60; i++) {
      var key = Bytes.of("key-" + i);
      var value = Bytes.of("replaced-" + mark);
      replacement.add(key, value);
      content.put(key, value);
    }
    replacement.seal();
    contents.put(++mark, content);
    var done = new boolean[1];
    engine.replaceWith(replacement, mark, () -> done[0] = true);
    simulation.runUntil(() -> done[0] || !env.alive(), Duration.ofSeconds(10));
  }

  /// Opens what is left (now and then dying at each operation of the opening too), works on it, and
  /// opens it once more.
  void checkWhatIsLeft(@Nullable Death death) {
    simulation.kill("n1");
    BPlusTreeEngine engine = null;
    for (long at = 1; engine == null; at++) {
      engine = openOrDie(death, at);
    }
    check(engine);
    assertThat(engine.mark()).isGreaterThanOrEqualTo(reported);
    contents.tailMap(engine.mark(), false).clear();
    mark = engine.mark();
    for (int i = 0; i < 6; i++) {
      write(engine);
      engine.flush();
    }
    simulation.runFor(Duration.ofMinutes(1));
    assertThat(engine.durableMark()).isEqualTo(mark);
    assertThat(engine.sizes().disk()).as("nothing is left behind").isEqualTo(bytesOnDisk());
    engine.close();
    simulation.powerCut("n1");
    env = simulation.env("n1");
    var again = BPlusTreeEngine.open(env, DIRECTORY, TinyTrees.SMALL);
    assertThat(again.mark()).isEqualTo(mark);
    check(again);
  }

  private void check(BPlusTreeEngine engine) {
    assertThat(engine.mark()).isEqualTo(engine.durableMark());
    assertThat(content(engine)).isEqualTo(contents.get(engine.mark()));
    engine.validate();
  }

  private @Nullable BPlusTreeEngine openOrDie(@Nullable Death death, long at) {
    env = simulation.env("n1");
    if (death != null) {
      death.plan(disk, at);
    }
    try {
      var engine = BPlusTreeEngine.open(env, DIRECTORY, TinyTrees.NO_CACHE);
      disk.spare();
      return engine;
    } catch (PowerCut _) {
      return null;
    }
  }

  private long bytesOnDisk() {
    return disk.paths().stream().mapToLong(path -> disk.content(path).length).sum();
  }

  private static Map<Bytes, Bytes> content(View view) {
    var content = new TreeMap<Bytes, Bytes>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        content.put(cursor.key(), cursor.value());
      }
    }
    return content;
  }
}
