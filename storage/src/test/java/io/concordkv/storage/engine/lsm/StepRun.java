package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.InStepProperty.History;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An engine on a machine of its own that goes through a history in step.
abstract class StepRun {
  static final String DIRECTORY = "engine";

  /// What it has after a bar: its tables with their levels, and the hashes of all files by their
  /// numbers.
  record Files(List<String> layout, Map<Long, Integer> contents) {}

  final Simulation simulation;
  final Gen gen;
  final History history;
  LsmOptions options;
  SimEnv env;
  LsmEngine engine;

  StepRun(long seed, LsmOptions options, History history) {
    this.history = history;
    this.options = options;
    simulation = new Simulation(seed);
    gen = new Gen(seed);
    env = simulation.env("n");
    engine = LsmEngine.openInStep(env, DIRECTORY, options);
  }

  void reopen() {
    env = simulation.env("n");
    engine = LsmEngine.openInStep(env, DIRECTORY, options);
  }

  /// The next changes, up to the end of the bar at most.
  void write() {
    long from = engine.mark() + 1;
    long bar = history.ends.ceiling(from);
    long to = Math.min(bar, from + gen.below(20));
    history.write(engine, from, to);
    if (to == bar) {
      engine.endBar();
    }
  }

  void rest() {
    simulation.runFor(Duration.ofNanos(gen.below(2_000_000)));
  }

  void die() {
    switch (gen.below(3)) {
      case 0 -> simulation.powerCut("n");
      case 1 -> simulation.disk("n").powerCutAtOperation(1 + gen.below(60));
      default -> simulation.kill("n");
    }
  }

  Files files() {
    var contents = new TreeMap<Long, Integer>();
    for (var table : engine.levels().all()) {
      var info = table.info();
      contents.put(info.id(), hash(TableFormat.path(DIRECTORY, info)));
      for (var use : info.values()) {
        contents.put(use.file(), hash(ValueFormat.path(DIRECTORY, use.file(), info.copies())));
      }
    }
    return new Files(engine.layout(), contents);
  }

  private int hash(String path) {
    return Arrays.hashCode(simulation.disk("n").content(path));
  }

  /// It has come to the end.
  void checkContent() {
    simulation.disk("n").spare();
    var found = new TreeMap<Bytes, Bytes>();
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.put(cursor.key(), cursor.value());
      }
    }
    assertThat(found).isEqualTo(history.content);
    engine.close();
  }
}
