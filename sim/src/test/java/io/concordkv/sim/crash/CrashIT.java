package io.concordkv.sim.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Some runs of `make crash`.
final class CrashIT {
  /// The engines on the disk, one acknowledging what is durable and one at once.
  private static final long[] SEEDS = {1, 3};

  @TempDir Path directory;

  @Test
  void nothing_that_was_promised_is_lost_when_the_process_is_killed() {
    long acknowledged = 0;
    for (long seed : SEEDS) {
      acknowledged += Crash.run(seed, directory).acknowledged();
    }
    assertThat(acknowledged).isPositive();
  }

  /// What is looked for is noticed.
  @Test
  void a_thread_that_lost_or_has_half_of_a_deed_is_noticed() {
    long seed = 1;
    while (!Setup.draw(seed).acknowledgesDurable()) {
      seed++;
    }
    var setup = Setup.draw(seed);
    // The content after each deed; the last one changes something, and so does the one before it.
    var contents = new ArrayList<TreeMap<Bytes, Bytes>>(List.of(new TreeMap<>()));
    int last = 0;
    while (last < 20 || !allDiffer(contents.subList(last - 2, last + 1))) {
      var next = new TreeMap<>(contents.get(last++));
      Deed.of(seed, 0, last).apply(0, next);
      contents.add(next);
    }
    int deeds = last;
    var there = contents.get(deeds);
    acknowledged(setup, deeds).found(there);
    acknowledged(setup, deeds - 1).found(there);
    assertThatThrownBy(() -> acknowledged(setup, deeds).found(contents.get(deeds - 1)))
        .isInstanceOf(CrashFailure.class)
        .hasMessageContaining("thread 0");
    assertThatThrownBy(() -> acknowledged(setup, deeds - 2).found(there))
        .isInstanceOf(CrashFailure.class);
    there.pollFirstEntry();
    assertThatThrownBy(() -> acknowledged(setup, deeds).found(there))
        .isInstanceOf(CrashFailure.class);
  }

  private static boolean allDiffer(List<? extends Map<Bytes, Bytes>> contents) {
    return new HashSet<>(contents).size() == contents.size();
  }

  private static Expected acknowledged(Setup setup, long deeds) {
    var expected = new Expected(setup, 0);
    expected.begins();
    for (long number = 1; number <= deeds; number++) {
      expected.done(number, Deed.of(setup.seed(), 0, number).kind());
    }
    return expected;
  }
}
