package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.InStepProperty.History;
import io.concordkv.testkit.PowerCut;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One engine goes through a history in step. Others that are behind, out of step, damaged or of
/// other options take over its files now and then, while their disks lose power. From then on they
/// have the same files as it has, bar by bar and byte by byte.
final class FileReplacementProperty {
  private static final int SEEDS = 5;
  private static final int JOINERS = 3;

  /// What an engine sends.
  private record Sent(long mark, Bytes description, List<FilePiece> pieces) {}

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

  private static final class Donor extends StepRun {
    final TreeMap<Long, Files> bars = new TreeMap<>();
    final TreeMap<Long, Sent> sent = new TreeMap<>();

    Donor(long seed, String settings, History history) {
      super(seed, TinyOptions.of(settings), history);
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

  private static final class Joiner extends StepRun {
    final Donor donor;
    int compared;
    int shared;

    /// As its table of contents has been compared.
    private long looked = -1;

    Joiner(long seed, String settings, History history, Donor donor) {
      super(seed, TinyOptions.of(settings), history);
      this.donor = donor;
      if (gen.oneIn(3)) {
        engine.close();
        // The same numbers, and other files.
        var right = options;
        var others = TinyOptions.map(settings);
        others.put("block-bytes", "700");
        options = LsmOptions.of(others);
        reopen();
        options = right;
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
          reopen();
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
      checkContent();
    }

    private void trouble() {
      if (gen.oneIn(4)) {
        engine.sync();
      } else {
        die();
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
        reopen();
        assertThat(engine.inStep()).isTrue();
        assertThat(engine.damage()).isNull();
      }
      return done[0];
    }

    /// Spoils a byte of a file, for good; false if there is none.
    private boolean damage() {
      // No power cut that is planned keeps it from being replaced.
      simulation.disk("n").spare();
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
