package io.concordkv.storage.engine.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import java.util.HashSet;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Real threads read at the numbers that the writer has told while it writes on. Which key a batch
/// writes follows from its number, so a reader knows what he has to see.
final class VersionedMapThreadsTest {
  private static final int BATCHES = 60_000;
  private static final int KEYS = 20_000;
  private static final int READERS = 3;

  private final int[] written = new int[BATCHES + 1];

  /// How many different keys the batches up to a number write.
  private final int[] distinct = new int[BATCHES + 1];

  @ParameterizedTest
  @EnumSource
  void a_reader_sees_a_moment_while_the_writer_goes_on(MemtableKind kind) {
    var random = new SplittableRandom(11);
    var seen = new HashSet<Integer>();
    for (int batch = 1; batch <= BATCHES; batch++) {
      // Half of them ascend, as keys at the end of a table do.
      written[batch] = batch % 2 == 0 ? KEYS + batch : random.nextInt(KEYS);
      seen.add(written[batch]);
      distinct[batch] = seen.size();
    }
    var map = kind.create();
    var told = new AtomicLong();
    try (var readers = Executors.newFixedThreadPool(READERS)) {
      var reads = new CompletableFuture<?>[READERS];
      for (int i = 0; i < READERS; i++) {
        int seed = i;
        reads[i] = CompletableFuture.runAsync(() -> read(map, told, seed), readers);
      }
      for (int batch = 1; batch <= BATCHES; batch++) {
        map.put(key(written[batch]), Bytes.of("" + batch), batch);
        told.set(batch);
      }
      CompletableFuture.allOf(reads).join();
    }
  }

  /// Each write comes right before the key that is looked for.
  @ParameterizedTest
  @EnumSource
  void a_reader_finds_a_key_that_others_come_before(MemtableKind kind) {
    var map = kind.create();
    var sought = Bytes.of("z");
    map.put(sought, Bytes.of("here"), 1);
    var done = new AtomicBoolean();
    try (var readers = Executors.newFixedThreadPool(1)) {
      var reads =
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  assertThat(map.find(sought, 1)).isNotNull();
                  var walk = map.walk(Long.MAX_VALUE);
                  walk.toCeiling(sought);
                  assertThat(walk.key()).isEqualTo(sought);
                }
              },
              readers);
      for (int batch = 2; batch <= 20 * BATCHES && !reads.isDone(); batch++) {
        map.put(key(batch), Bytes.EMPTY, batch);
      }
      done.set(true);
      reads.join();
    }
  }

  private void read(VersionedMap map, AtomicLong told, int seed) {
    var random = new SplittableRandom(seed);
    boolean last = false;
    for (int round = 0; !last; round++) {
      int now = (int) told.get();
      last = now == BATCHES;
      if (now == 0) {
        continue;
      }
      for (int i = 0; i < 50; i++) {
        int batch = 1 + random.nextInt(now);
        var version = Objects.requireNonNull(map.find(key(written[batch]), now));
        assertThat(version.sequence()).isBetween((long) batch, (long) now);
        assertThat(version.value()).isEqualTo(Bytes.of("" + version.sequence()));
        assertThat(written[(int) version.sequence()]).isEqualTo(written[batch]);
      }
      if (round % 20 == 0) {
        walk(map, now, round % 40 == 0);
      }
    }
  }

  private void walk(VersionedMap map, int now, boolean up) {
    var walk = map.walk(now);
    int met = 0;
    Bytes before = null;
    if (up) {
      walk.toCeiling(Bytes.EMPTY);
    } else {
      walk.toLower(null);
    }
    while (walk.valid()) {
      var key = walk.key();
      assertThat(before == null || before.compareTo(key) < 0 == up).isTrue();
      before = key;
      met++;
      if (up) {
        walk.next();
      } else {
        walk.previous();
      }
    }
    assertThat(met).isEqualTo(distinct[now]);
  }

  private static Bytes key(int number) {
    return Bytes.of("%012d".formatted(number));
  }
}
