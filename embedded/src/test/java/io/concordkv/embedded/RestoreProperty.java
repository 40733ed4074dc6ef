package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A store that is written, crashes, is backed up now and then and archives its log; and then any
/// backup restored to any commit, or to any time, that comes after it.
final class RestoreProperty {
  private static final int SEEDS = 6;

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "skiplist", "jsonfile"})
  void a_restore_to_any_commit_or_time_is_what_the_store_had_then(String engine) {
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        run(new Gen(seed), engine);
      } catch (Throwable failure) {
        throw new AssertionError("engine " + engine + ", seed " + seed, failure);
      }
    }
  }

  private static void run(Gen gen, String engine) {
    var backup =
        BackupOptions.DEFAULT
            .withArchive(Path.of("archive"))
            .withSegmentAge(Duration.ofMillis(gen.between(10, 200)));
    var world =
        new StoreWorld(
            gen.below(1000),
            Options.DEFAULT
                .withEngine(engine)
                .withLog(64 << 10, 16 << 10)
                .withBatchBytes(8 << 10)
                .withBackup(backup));
    assertThat(world.open(_ -> {})).isTrue();
    var times = new ArrayList<Instant>(List.of(world.wall()));
    var backups = new ArrayList<BackupInfo>();
    for (int i = 0; i < 120; i++) {
      switch (gen.weighted(50, 4, 2)) {
        case 0 -> {
          world.submit(batch(gen));
          world.runFor(Duration.ofMillis(gen.between(10, 40)));
          times.add(world.wall());
          world.runFor(Duration.ofMillis(2));
        }
        case 1 -> {
          var base =
              backups.isEmpty() || gen.oneIn(4) ? null : backups.get(gen.below(backups.size()));
          var made = world.backup("b" + backups.size(), base == null ? null : base.name());
          backups.add(Objects.requireNonNull(made));
        }
        case 2 -> {
          world.simulation.powerCut("n");
          assertThat(world.open(_ -> {})).isTrue();
        }
        default -> throw new AssertionError();
      }
    }
    assertThat(world.failures).isEmpty();
    assertThat(world.published).isEqualTo(world.contents.size() - 1);
    backups.add(Objects.requireNonNull(world.backup("last", null)));
    world.runFor(Duration.ofSeconds(5));
    assertThat(Archive.of(world.folder("archive")).last()).isEqualTo(world.published);
    for (var info : backups) {
      var whole = world.restored(info.name(), false, Until.NEWEST);
      assertThat(whole.published).isGreaterThanOrEqualTo(info.to());
      assertThat(whole.content()).isEqualTo(world.contents.get((int) whole.published));

      int commit = gen.between((int) whole.published, (int) world.published);
      var at = world.restored(info.name(), true, Until.commit(commit));
      assertThat(at.published).isEqualTo(commit);
      assertThat(at.content()).isEqualTo(world.contents.get(commit));

      var then = times.get(commit);
      if (!then.isBefore(contentTime(world, info))) {
        var past = world.restored(info.name(), true, Until.time(then));
        assertThat(past.published).isEqualTo(commit);
        assertThat(past.content()).isEqualTo(world.contents.get(commit));
      }
    }
  }

  /// What the engine of the backup begins with.
  private static BackupSeal content(StoreWorld world, BackupInfo info) {
    var chain = BackupSeal.chain(world.folder(StoreWorld.BACKUPS), info.name());
    return chain.reversed().stream()
        .map(BackupSeal.Named::seal)
        .filter(seal -> seal.kind() != BackupInfo.Kind.LOG)
        .findFirst()
        .orElseThrow();
  }

  private static Instant contentTime(StoreWorld world, BackupInfo info) {
    return Instant.ofEpochMilli(content(world, info).time());
  }

  private static WriteBatch batch(Gen gen) {
    var batch = new WriteBatch();
    for (int j = gen.between(1, 4); j > 0; j--) {
      var key = Bytes.of("key-" + gen.below(40));
      if (gen.oneIn(4)) {
        batch.delete(key);
      } else {
        batch.put(key, Bytes.of(("value-" + gen.below(1000)).repeat(gen.between(1, 60))));
      }
    }
    return batch;
  }
}
