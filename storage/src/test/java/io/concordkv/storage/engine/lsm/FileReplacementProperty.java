package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.InStepProperty.History;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One engine goes through a history in step. Others that are behind, out of step, damaged or of
/// other options take over its files now and then, while their disks lose power. From then on they
/// have the same files as it has, bar by bar and byte by byte.
final class FileReplacementProperty {
  private static final String DIRECTORY = "engine";
  private static final int SEEDS = 5;
  private static final int JOINERS = 3;

  /// What an engine sends.
  private record Sent(long mark, Bytes description, List<FilePiece> pieces) {}

  /// Tables with their levels, and the hashes of all files by their numbers.
  private record Files(List<String> layout, Map<Long, Integer> contents) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        TinyOptions.PLAIN_SETTINGS,
        TinyOptions.COMPRESSED_SETTINGS,
        TinyOptions.TIERED_SETTINGS,
        TinyOptions.SEPARATED_SETTINGS,
        TinyOptions.SEPARATED_TIERED_SETTINGS
      })
  void who_takes_over_files_goes_in_step(String settings) {
    int compared = 0;
    int shared = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      var history = new History(seed);
      var donor = new Donor(seed, settings, history);
      donor.play();
      for (int joiner = 0; joiner < JOINERS; joiner++) {
        var run = new Joiner(100 * seed + joiner, settings, history, donor);
        run.play();
        compared += run.compared;
        shared += run.shared;
      }
    }
    assertThat(compared).isGreaterThan(SEEDS * JOINERS * 5);
    assertThat(shared).isGreaterThan(SEEDS);
  }

  private abstract static class Run {
    final Simulation simulation;
    final Gen gen;
    final History history;
    final LsmOptions options;
    SimEnv env;
    LsmEngine engine;

    Run(long seed, String settings, History history) {
      this.history = history;
      simulation = new Simulation(seed);
      gen = new Gen(seed);
      options = TinyOptions.of(settings);
      env = simulation.env("n");
      engine = LsmEngine.openInStep(env, DIRECTORY, options);
    }

    void write() {
      long from = engine.mark() + 1;
      long bar = history.ends.ceiling(from);
      long to = Math.min(bar, from + gen.below(20));
      history.write(engine, from, to);
      if (to == bar) {
        engine.endBar();
      }
    }

    void open(LsmOptions with) {
      env = simulation.env("n");
      engine = LsmEngine.openInStep(env, DIRECTORY, with);
    }

    void rest() {
      simulation.runFor(Duration.ofNanos(gen.below(2_000_000)));
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
  }

  private static final class Donor extends Run {
    final TreeMap<Long, Files> bars = new TreeMap<>();
    final TreeMap<Long, Sent> sent = new TreeMap<>();

    Donor(long seed, String settings, History history) {
      super(seed, settings, history);
    }

    void play() {
      long end = history.changes.size();
      while (engine.durableMark() < end) {
        if (engine.mark() < end && !engine.stalled()) {
          write();
        }
        rest();
        if (bars.putIfAbsent(engine.durableMark(), files()) == null && gen.oneIn(3)) {
          send();
        }
      }
      engine.close();
    }

    private void send() {
      var pieces = new ArrayList<FilePiece>();
      int bytes = gen.between(1, 400);
      try (var frozen = engine.frozenFiles()) {
        for (var piece = frozen.next(bytes); piece != null; piece = frozen.next(bytes)) {
          pieces.add(piece);
        }
        assertThat(frozen.mark()).isEqualTo(engine.durableMark());
        sent.put(frozen.mark(), new Sent(frozen.mark(), frozen.description(), pieces));
      }
    }
  }

  private static final class Joiner extends Run {
    final Donor donor;
    int compared;
    int shared;

    /// As its table of contents has been compared.
    private long looked = -1;

    Joiner(long seed, String settings, History history, Donor donor) {
      super(seed, settings, history);
      this.donor = donor;
      if (gen.oneIn(3)) {
        engine.close();
        // The same numbers, and other files.
        var others = TinyOptions.map(settings);
        others.put("block-bytes", "700");
        open(LsmOptions.of(others));
      }
    }

    void play() {
      long end = history.changes.size();
      boolean joined = false;
      while (engine.durableMark() < end) {
        try {
          if (gen.oneIn(80)) {
            trouble();
          } else if (engine.mark() < end && !engine.stalled()) {
            write();
          }
          rest();
          if (env.alive() && gen.oneIn(30)) {
            joined |= join();
          }
        } catch (PowerCut _) {
          // It was planned.
        }
        if (!env.alive()) {
          simulation.disk("n").spare();
          open(options);
        }
        if (joined && engine.inStep() && looked != engine.durableMark()) {
          looked = engine.durableMark();
          var known = donor.bars.get(looked);
          if (known != null) {
            compared++;
            assertThat(files()).as("after entry %d", looked).isEqualTo(known);
          }
        }
      }
      var found = new TreeMap<Bytes, Bytes>();
      try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
        while (cursor.next()) {
          found.put(cursor.key(), cursor.value());
        }
      }
      assertThat(found).isEqualTo(history.content);
      engine.close();
    }

    private void trouble() {
      switch (gen.below(4)) {
        case 0 -> simulation.powerCut("n");
        case 1 -> simulation.disk("n").powerCutAtOperation(1 + gen.below(60));
        case 2 -> simulation.kill("n");
        default -> engine.sync();
      }
    }

    /// Takes over what the donor had at some later bar, mostly.
    private boolean join() {
      var entry = donor.sent.ceilingEntry(engine.mark());
      if (entry == null) {
        return false;
      }
      boolean damaged = gen.oneIn(3) && damage();
      var sent = entry.getValue();
      var files = engine.fileReplacement();
      files.begin(sent.description);
      boolean cut = !damaged && gen.oneIn(4);
      int stop = !damaged && gen.oneIn(4) ? gen.below(sent.pieces.size() + 1) : -1;
      for (int i = 0; i < sent.pieces.size() && i != stop; i++) {
        var piece = sent.pieces.get(i);
        var own = files.own(piece.name());
        if (own != null && own.equals(piece.bytes())) {
          files.addOwn(own);
          shared++;
        } else {
          files.add(piece.bytes());
        }
        if (gen.oneIn(10)) {
          rest();
        }
      }
      if (stop >= 0 && stop < sent.pieces.size()) {
        files.abandon();
        return false;
      }
      files.seal();
      if (cut) {
        simulation.disk("n").powerCutAtOperation(1 + gen.below(8));
      }
      var done = new boolean[1];
      engine.replaceWith(files, () -> done[0] = true);
      while (!done[0] && env.alive()) {
        rest();
      }
      if (done[0]) {
        assertThat(engine.inStep()).isTrue();
        assertThat(engine.mark()).isEqualTo(sent.mark);
        engine.close();
        open(options);
        assertThat(engine.inStep()).isTrue();
        assertThat(engine.damage()).isNull();
      }
      return done[0];
    }

    /// Spoils a byte of a file, for good; false if there is none.
    private boolean damage() {
      var paths =
          simulation.disk("n").paths().stream()
              .filter(path -> path.endsWith(".sst") || path.endsWith(".values"))
              .toList();
      if (paths.isEmpty()) {
        return false;
      }
      var path = gen.oneOf(paths.toArray(String[]::new));
      simulation.disk("n").corrupt(path, gen.below(simulation.disk("n").content(path).length), 8);
      return true;
    }
  }
}
