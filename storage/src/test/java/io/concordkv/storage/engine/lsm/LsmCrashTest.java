package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The same run again and again, ended at each of its file operations in turn. Whatever is found
/// afterwards is the content right after one of the batches, and none that was reported durable is
/// missing.
final class LsmCrashTest {
  private static final String DIRECTORY = "engine";
  private static final int BATCHES = 58;
  private static final long NEVER = 1L << 40;

  /// How an end is planned on a disk.
  private interface Death {
    void plan(SimDisk disk, long operation);
  }

  @Test
  void a_power_cut_at_any_file_operation_loses_nothing_durable() {
    assertThat(dieEverywhere(SimDisk::powerCutAtOperation, TinyOptions.PLAIN)).isGreaterThan(200);
  }

  @Test
  void a_power_cut_at_any_file_operation_loses_nothing_durable_in_tiers() {
    assertThat(dieEverywhere(SimDisk::powerCutAtOperation, TinyOptions.TIERED)).isGreaterThan(200);
  }

  @Test
  void a_power_cut_at_any_file_operation_loses_no_value_in_a_file_of_its_own() {
    assertThat(dieEverywhere(SimDisk::powerCutAtOperation, TinyOptions.SEPARATED))
        .isGreaterThan(200);
  }

  @Test
  void a_kill_at_any_file_operation_loses_nothing_durable() {
    assertThat(dieEverywhere(SimDisk::killAtOperation, TinyOptions.PLAIN)).isGreaterThan(200);
  }

  /// Returns how many operations there were to die at.
  private static int dieEverywhere(Death death, LsmOptions options) {
    for (int operation = 1; ; operation++) {
      var run = new Run(operation, options);
      boolean died = run.script(death, operation);
      try {
        run.checkWhatIsLeft(death);
      } catch (Throwable failure) {
        throw new AssertionError("after the end at operation " + operation, failure);
      }
      if (!died) {
        return operation;
      }
    }
  }

  private static final class Run {
    private final long seed;
    private final LsmOptions options;
    private final Simulation simulation;
    private final SimDisk disk;
    private final Gen gen = new Gen(7);
    private final TreeMap<Long, TreeMap<Bytes, Bytes>> contents = new TreeMap<>();
    private SimEnv env;
    private long mark;
    private long reported;

    Run(long seed, LsmOptions options) {
      this.options = options;
      this.seed = seed;
      simulation = new Simulation(seed);
      env = simulation.env("n1");
      disk = simulation.disk("n1");
      contents.put(0L, new TreeMap<>());
    }

    /// Whether it died on the way.
    boolean script(Death death, long operation) {
      death.plan(disk, operation);
      try {
        env.files().createDirectories("prepared");
        var engine = LsmEngine.open(env, DIRECTORY, options);
        for (int i = 1; i <= BATCHES && env.alive(); i++) {
          if (i % 20 == 0) {
            replace(engine);
          } else if (i % 9 == 0) {
            take(engine);
          } else {
            write(engine);
          }
          if (!env.alive()) {
            break;
          }
          if (i % 5 == 0) {
            engine.flush();
          }
          if (i % 15 == 0) {
            engine.sync();
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
      }
      return !env.alive();
    }

    private void report(Engine engine) {
      if (env.alive()) {
        reported = engine.durableMark();
      }
    }

    private void write(Engine engine) {
      var content = new TreeMap<>(contents.lastEntry().getValue());
      var batch = new WriteBatch().mark(++mark);
      for (int i = 0; i < 8; i++) {
        var key = Bytes.of("key-" + gen.below(60));
        if (gen.oneIn(12)) {
          var to = Bytes.of("key-" + gen.below(60));
          batch.deleteRange(new KeyRange(key, to));
          content.keySet().removeIf(new KeyRange(key, to)::contains);
        } else if (gen.oneIn(4)) {
          batch.delete(key);
          content.remove(key);
        } else {
          var value = Bytes.of("value-" + mark + "-" + i);
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

    private void take(Engine engine) {
      var content = new TreeMap<>(contents.lastEntry().getValue());
      var path = "prepared/" + mark;
      try (var builder = TableBuilder.create(env.files(), path, mark)) {
        for (int i = 20; i < 40; i += gen.between(1, 4)) {
          var key = Bytes.of("key-" + i);
          var value = Bytes.of("taken-" + mark);
          builder.put(key, value);
          content.put(key, value);
        }
        builder.finish();
      }
      var intake = engine.intake(env.files(), List.of(path));
      while (!intake.step()) {
        // The next step follows at once.
      }
      contents.put(++mark, content);
      var done = new boolean[1];
      engine.take(intake, mark, () -> done[0] = true);
      simulation.runUntil(() -> done[0] || !env.alive(), Duration.ofSeconds(10));
    }

    /// Opens what is left (every third time dying at each operation of the opening too), works on
    /// it, and opens it once more.
    void checkWhatIsLeft(Death death) {
      simulation.kill("n1");
      Engine engine = null;
      for (long at = seed % 3 == 0 ? 1 : NEVER; engine == null; at++) {
        engine = openOrDie(death, at);
      }
      assertThat(engine.mark()).isEqualTo(engine.durableMark()).isGreaterThanOrEqualTo(reported);
      assertThat(content(engine)).isEqualTo(contents.get(engine.mark()));
      contents.tailMap(engine.mark(), false).clear();
      mark = engine.mark();
      for (int i = 0; i < 10; i++) {
        write(engine);
        engine.flush();
      }
      simulation.runFor(Duration.ofMinutes(1));
      assertThat(engine.durableMark()).isEqualTo(mark);
      assertThat(engine.sizes().disk()).as("nothing is left behind").isEqualTo(bytesOnDisk());
      engine.close();
      simulation.powerCut("n1");
      env = simulation.env("n1");
      var again = LsmEngine.open(env, DIRECTORY, TinyOptions.COMPRESSED);
      assertThat(again.mark()).isEqualTo(mark);
      assertThat(content(again)).isEqualTo(contents.get(mark));
    }

    private @Nullable Engine openOrDie(Death death, long at) {
      env = simulation.env("n1");
      death.plan(disk, at);
      try {
        var engine = LsmEngine.open(env, DIRECTORY, options);
        death.plan(disk, NEVER);
        return engine;
      } catch (PowerCut _) {
        return null;
      }
    }

    private long bytesOnDisk() {
      return disk.paths().stream()
          .filter(path -> path.startsWith(DIRECTORY) && !path.endsWith("CURRENT"))
          .mapToLong(path -> disk.content(path).length)
          .sum();
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
}
