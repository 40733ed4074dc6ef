package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Engines on several machines get the same changes up to the same ends of bars. How the changes
/// are grouped, how fast the workers are, how many there are, what is cached, and when a machine
/// dies and comes back is another matter on each. Their files are the same after each bar, to the
/// byte.
final class InStepProperty {
  private static final int REPLICAS = 3;
  private static final int CHANGES = 1500;
  private static final int SEEDS = 4;

  @ParameterizedTest
  @ValueSource(
      strings = {
        TinyOptions.PLAIN_SETTINGS,
        TinyOptions.COMPRESSED_SETTINGS,
        TinyOptions.TIERED_SETTINGS,
        TinyOptions.SEPARATED_SETTINGS,
        TinyOptions.SEPARATED_TIERED_SETTINGS
      })
  void replicas_have_the_same_files_after_each_bar(String settings) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      var history = new History(seed);
      var bars = new TreeMap<Long, StepRun.Files>();
      int compared = 0;
      for (int replica = 0; replica < REPLICAS; replica++) {
        var run = new Replica(seed * REPLICAS + replica, settings, history);
        run.play();
        for (var bar : run.bars.entrySet()) {
          var others = bars.putIfAbsent(bar.getKey(), bar.getValue());
          compared += others == null ? 0 : 1;
          assertThat(bar.getValue())
              .as("seed %d, replica %d, after bar %d", seed, replica, bar.getKey())
              .isEqualTo(others == null ? bar.getValue() : others);
        }
      }
      assertThat(compared).isGreaterThan(history.ends.size());
    }
  }

  @Test
  void what_an_engine_by_itself_wrote_is_not_in_step() {
    var env = new Simulation(1).env("n");
    try (var alone = LsmEngine.open(env, StepRun.DIRECTORY, TinyOptions.PLAIN)) {
      alone.put(Bytes.of("a"), Bytes.of("1"));
      alone.sync();
    }
    try (var engine = LsmEngine.openInStep(env, StepRun.DIRECTORY, TinyOptions.PLAIN)) {
      assertThat(engine.inStep()).isFalse();
      assertThat(engine.get(Bytes.of("a"))).isEqualTo(Bytes.of("1"));
    }
  }

  @Test
  void a_flush_of_ones_own_leaves_the_step_for_good() {
    var env = new Simulation(1).env("n");
    try (var engine = LsmEngine.openInStep(env, StepRun.DIRECTORY, TinyOptions.PLAIN)) {
      engine.put(Bytes.of("a"), Bytes.of("1"));
      engine.endBar();
      assertThat(engine.inStep()).isTrue();
      engine.put(Bytes.of("a"), Bytes.of("2"));
      engine.sync();
      assertThat(engine.inStep()).isFalse();
    }
    try (var again = LsmEngine.openInStep(env, StepRun.DIRECTORY, TinyOptions.PLAIN)) {
      assertThat(again.inStep()).isFalse();
      assertThat(again.get(Bytes.of("a"))).isEqualTo(Bytes.of("2"));
    }
  }

  /// Changes, each with its own mark, and after which of them a bar ends.
  static final class History {
    final List<WriteBatch> changes = new ArrayList<>();
    final TreeSet<Long> ends = new TreeSet<>();
    final TreeMap<Bytes, Bytes> content = new TreeMap<>();

    History(long seed) {
      var gen = new Gen(seed);
      long bytes = 0;
      for (int mark = 1; mark <= CHANGES; mark++) {
        var batch = new WriteBatch();
        for (int i = gen.between(1, 4); i > 0; i--) {
          change(batch, gen);
        }
        changes.add(batch);
        bytes += batch.bytes();
        if (bytes > 1500 || gen.oneIn(40)) {
          ends.add((long) mark);
          bytes = 0;
        }
      }
      ends.add((long) CHANGES);
    }

    private void change(WriteBatch batch, Gen gen) {
      var key = Bytes.of("key-%03d".formatted(gen.below(300)));
      switch (gen.weighted(60, 20, 2)) {
        case 0 -> {
          var value = gen.bytes(60);
          batch.put(key, value);
          content.put(key, value);
        }
        case 1 -> {
          batch.delete(key);
          content.remove(key);
        }
        default -> {
          var range = new KeyRange(key, Bytes.of("key-%03d".formatted(gen.below(300))));
          batch.deleteRange(range);
          content.keySet().removeIf(range::contains);
        }
      }
    }

    void write(LsmEngine engine, long from, long to) {
      var batch = new WriteBatch();
      for (long mark = from; mark <= to; mark++) {
        for (var change : changes.get((int) mark - 1).changes()) {
          switch (change) {
            case WriteBatch.Change.Put(var key, var value) -> batch.put(key, value);
            case WriteBatch.Change.Delete(var key) -> batch.delete(key);
            case WriteBatch.Change.DeleteRange(var range) -> batch.deleteRange(range);
          }
        }
      }
      engine.write(batch.mark(to));
    }
  }

  private static final class Replica extends StepRun {
    final TreeMap<Long, Files> bars = new TreeMap<>();

    Replica(long seed, String settings, History history) {
      super(seed, options(new Gen(seed), settings), history);
    }

    /// Of its own is what may differ between machines.
    private static LsmOptions options(Gen gen, String settings) {
      var given = TinyOptions.map(settings);
      given.put("compactions", "" + gen.between(1, 4));
      given.put("block-cache-bytes", "" + gen.oneOf(0, 4096, 1 << 20));
      given.put("memtable", gen.oneIn(2) ? "packed" : "skiplist");
      return LsmOptions.of(given);
    }

    void play() {
      long end = history.changes.size();
      while (engine.durableMark() < end) {
        try {
          if (gen.oneIn(60)) {
            die();
          } else if (engine.mark() < end && !engine.stalled()) {
            write();
          }
          rest();
        } catch (PowerCut _) {
          // It was planned.
        }
        if (!env.alive()) {
          simulation.disk("n").spare();
          reopen();
        }
        assertThat(engine.inStep()).isTrue();
        if (env.alive() && !bars.containsKey(engine.durableMark())) {
          bars.put(engine.durableMark(), files());
        }
      }
      checkContent();
    }
  }
}
