package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileException;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Stores over every engine, set as a seed says, on a machine that dies at any file operation and
/// on a disk that fails. What there is after each opening is the content after one of the commits,
/// none that its durability promised is missing, and life goes on from there; a backup restores to
/// the content after one of the commits since it was begun.
///
/// `-Dseeds=1-1000` runs as many.
final class StoreSwarmProperty {
  private static final int SEEDS = 40;
  private static final int STEPS = 120;

  /// What makes much happen with little.
  private static final Map<String, List<String>> SETTINGS =
      Map.of(
          "lsm",
          List.of(
              "memtable-bytes=2048",
              "memtable=skiplist",
              "compaction=tiered",
              "level0-tables=2",
              "table-bytes=4096",
              "separate-values-from=64",
              "block-bytes=64"),
          "bplustree",
          List.of("delta-bytes=2048", "memtable=skiplist", "unit-bytes=256", "max-leaf-units=2"));

  @Test
  void nothing_promised_is_lost_whatever_happens() {
    Gen.check(SEEDS, gen -> new Run(gen).run());
  }

  private static Options options(Gen gen) {
    var engine = gen.oneOf(Engines.installed().names());
    var options = Options.DEFAULT.withEngine(engine).withBatchBytes(16 << 10);
    for (var setting : SETTINGS.getOrDefault(engine, List.of())) {
      if (gen.flag()) {
        var parts = setting.split("=", 2);
        options = options.withSetting(parts[0], parts[1]);
      }
    }
    return options
        .withLog((64L << 10) * gen.oneOf(1, 4), (16 << 10) * gen.oneOf(1, 3))
        .withDurability(
            gen.oneOf(
                Durability.EVERY_WRITE,
                Durability.GROUPED,
                Durability.interval(Duration.ofMillis(gen.between(1, 50)))));
  }

  /// One seed.
  private static final class Run {
    private final Gen gen;
    private final Options options;
    private final StoreWorld world;

    /// Up to here no crash may take anything back.
    private long promised;

    private boolean diskFails;
    private int backups;
    private @Nullable String newestBackup;

    Run(Gen gen) {
      this.gen = gen;
      options = options(gen);
      world = new StoreWorld(new Simulation(gen.seed()), options);
    }

    void run() {
      recover();
      for (int step = 0; step < STEPS; step++) {
        act();
        if (!world.alive()) {
          recover();
        }
      }
      calm();
    }

    private void act() {
      switch (gen.weighted(50, 20, 6, 10, 4, 4)) {
        case 0 -> commits();
        case 1 -> world.runFor(Duration.ofMillis(gen.below(200)));
        case 2 -> flush();
        case 3 -> die();
        case 4 -> failDisk();
        default -> backup();
      }
      if (world.alive() && !(options.durability() instanceof Durability.Interval)) {
        promised = Math.max(promised, world.acknowledged);
      }
    }

    private void commits() {
      for (int i = gen.between(1, 25); i > 0 && world.alive(); i--) {
        var batch = new WriteBatch();
        for (int j = gen.between(1, 5); j > 0; j--) {
          change(batch);
        }
        world.submit(batch);
      }
      if (world.alive()) {
        world.runFor(Duration.ofMillis(gen.below(5)));
      }
    }

    private void change(WriteBatch batch) {
      var key = key();
      switch (gen.weighted(10, 3, 1)) {
        case 0 ->
            batch.put(
                key, Bytes.of(("v" + gen.below(1000)).repeat(gen.below(gen.oneIn(8) ? 800 : 80))));
        case 1 -> batch.delete(key);
        default -> batch.deleteRange(new KeyRange(key, gen.oneIn(8) ? null : key()));
      }
    }

    private Bytes key() {
      return Bytes.of("key-%02d".formatted(gen.below(60)));
    }

    private void flush() {
      long at = world.acknowledged;
      var done = new boolean[1];
      world.after(Duration.ZERO, () -> world.store().flush(() -> done[0] = true));
      world.simulation.runUntil(() -> done[0] || !world.alive(), Duration.ofMinutes(1));
      promised = done[0] ? Math.max(promised, at) : promised;
    }

    /// Now, or at a file operation of the near future.
    private void die() {
      boolean power = gen.flag();
      int at = gen.between(1, 60);
      if (gen.oneIn(3)) {
        if (power) {
          world.simulation.powerCut("n");
        } else {
          world.simulation.kill("n");
        }
      } else if (power) {
        world.disk().powerCutAtOperation(at);
      } else {
        world.disk().killAtOperation(at);
      }
    }

    private void failDisk() {
      diskFails = true;
      if (gen.flag()) {
        world.disk().failSyncs("", 1);
      } else {
        world.disk().failWrites("", 1);
      }
    }

    private void backup() {
      if (diskFails) {
        return;
      }
      long before = world.published;
      var name = "backup-" + ++backups;
      var base = gen.flag() ? newestBackup : null;
      var info = world.backup(name, base);
      if (info == null) {
        return;
      }
      newestBackup = name;
      if (gen.flag()) {
        // The test itself reads the backup: this machine is not to die meanwhile.
        world.disk().spare();
        var restored = world.restored(name, false, Until.NEWEST);
        assertThat(restored.published).isBetween(before, (long) world.contents.size() - 1);
        assertThat(restored.content()).isEqualTo(content(restored.published));
      }
    }

    private Map<Bytes, Bytes> content(long sequence) {
      return world.contents.get(Math.toIntExact(sequence));
    }

    /// Opens what is there, as often as the machine dies meanwhile, and compares it.
    private void recover() {
      boolean open = false;
      for (int tries = 0; !open; tries++) {
        excuse();
        world.disk().spare();
        if (tries > 3) {
          heal();
        }
        boolean dies = tries < 3 && gen.oneIn(3);
        int at = gen.between(1, 40);
        try {
          open =
              world.open(disk -> {
                if (dies) {
                  disk.powerCutAtOperation(at);
                }
              });
        } catch (FileException failed) {
          assertThat(diskFails).as("%s", failed).isTrue();
          world.simulation.kill("n");
          heal();
        }
      }
      world.disk().spare();
      assertThat(world.published).isBetween(promised, (long) world.contents.size() - 1);
      assertThat(world.content()).isEqualTo(content(world.published));
      // What is not there was never promised, and its number is used again.
      world.contents.subList(Math.toIntExact(world.published) + 1, world.contents.size()).clear();
      world.acknowledged = world.published;
      promised = options.durability() instanceof Durability.Interval ? promised : world.published;
    }

    /// Only a disk that was made to fail may end the store.
    private void excuse() {
      for (var failure : world.failures) {
        if (!(failure instanceof FileException && diskFails)) {
          throw new AssertionError("the store ended", failure);
        }
      }
      world.failures.clear();
    }

    private void heal() {
      world.disk().failSyncs("", 0);
      world.disk().failWrites("", 0);
      diskFails = false;
    }

    /// Nothing is wrong any more: all that is submitted is acknowledged, and survives.
    private void calm() {
      heal();
      world.disk().spare();
      commits();
      world.runFor(Duration.ofMinutes(1));
      assertThat(world.alive()).isTrue();
      assertThat(world.published).isEqualTo(world.contents.size() - 1);
      assertThat(world.acknowledged).isEqualTo(world.published);
      assertThat(world.content()).isEqualTo(world.contents.getLast());
      flush();
      world.simulation.powerCut("n");
      recover();
      assertThat(world.content()).isEqualTo(world.contents.getLast());
    }
  }
}
