package io.concordkv.sim.store;

import io.concordkv.embedded.Deadlocks;
import io.concordkv.embedded.Durability;
import io.concordkv.embedded.LockOptions;
import io.concordkv.embedded.Options;
import io.concordkv.sim.engine.EngineSetup;
import io.concordkv.testkit.Gen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a seed chooses before anything happens.
///
/// @param clients how many threads read and write
/// @param keys how many keys they share
/// @param steps how often something is done to the machine
record StoreSetup(
    long seed, Options options, Set<Trouble> troubles, int clients, int keys, int steps) {
  static final String ARCHIVE = "archive";

  /// @param engine null lets the seed choose
  static StoreSetup draw(long seed, @Nullable String engine) {
    var drawn = EngineSetup.draw(seed, engine);
    var gen = new Gen(seed).fork();
    var troubles = EnumSet.noneOf(Trouble.class);
    for (var trouble : Trouble.values()) {
      if (trouble == Trouble.ROT ? gen.oneIn(5) : gen.flag()) {
        troubles.add(trouble);
      }
    }
    if (drawn.engine().equals("jsonfile")) {
      troubles.remove(Trouble.ROT); // it has no checksums
    }
    var options = options(drawn, troubles.contains(Trouble.ARCHIVE), gen);
    return new StoreSetup(
        seed, options, troubles, gen.between(1, 6), gen.oneOf(4, 12, 60), gen.between(20, 100));
  }

  boolean has(Trouble trouble) {
    return troubles.contains(trouble);
  }

  boolean losesNothing() {
    return !(options.durability() instanceof Durability.Interval);
  }

  private static Options options(EngineSetup drawn, boolean archived, Gen gen) {
    var options = Options.DEFAULT.withEngine(drawn.engine());
    for (var setting : drawn.settings().entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    var backup =
        options
            .backup()
            .withSegmentAge(Duration.ofMillis(gen.oneOf(10, 200, 3_600_000)))
            .withArchiveLag((64L << 10) * gen.oneOf(1, 4));
    return options
        .withBatchBytes(16 << 10)
        .withLog((64L << 10) * gen.oneOf(1, 4), (16 << 10) * gen.oneOf(1, 3))
        .withDurability(
            gen.oneOf(
                Durability.EVERY_WRITE,
                Durability.GROUPED,
                Durability.GROUPED,
                Durability.interval(Duration.ofMillis(gen.between(1, 50)))))
        .withRecentKeys(gen.oneOf(5, 40, 100_000))
        .withAttempts(gen.oneOf(1, 3, 50))
        .withLocks(
            LockOptions.DEFAULT
                .withTimeout(Duration.ofMillis(gen.oneOf(5, 50, 5_000)))
                .withDeadlocks(gen.oneOf(Deadlocks.values())))
        .withBackup(archived ? backup.withArchive(Path.of(ARCHIVE)) : backup);
  }
}
