package io.concordkv.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.concordkv.base.Bytes;
import io.concordkv.bench.engines.Contender.Trait;
import io.concordkv.bench.engines.Contender.Way;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A benchmark of a store that gives wrong answers measures nothing.
class FieldTest {
  private static final int PAIRS = 600;
  private static final Way WAY = new Way(false, 4 << 20, 1 << 20);

  private final Pairs pairs = new Pairs(PAIRS, Pairs.VALUE_BYTES);
  private final TreeMap<Bytes, Bytes> model = new TreeMap<>();
  private @TempDir Path directory;

  static Stream<String> names() {
    return Field.all().stream().map(Contender::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void what_was_written_is_read(String name) {
    var contender = Field.named(name).getFirst();
    try (var target = open(contender, WAY)) {
      change(target);
      compare(contender, target);
      target.settle();
      compare(contender, target);
      try (var reader = target.reader()) {
        compare(contender, reader);
      }
    }
    if (contender.is(Trait.ON_DISK)) {
      try (var target = contender.open(directory, WAY)) {
        compare(contender, target);
      }
    }
  }

  static Stream<String> namesOfThoseThatSync() {
    return Field.all().stream().filter(each -> each.is(Trait.SYNCS)).map(Contender::name);
  }

  @ParameterizedTest
  @MethodSource("namesOfThoseThatSync")
  void several_threads_write_with_syncs(String name) throws InterruptedException {
    var contender = Field.named(name).getFirst();
    try (var target = open(contender, WAY.durable())) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 2; i++) {
        int first = i;
        threads.add(Thread.startVirtualThread(() -> putEverySecond(target, first)));
      }
      for (var thread : threads) {
        thread.join();
      }
      for (int i = 0; i < 10; i++) {
        assertThat(target.get(pairs.shuffled(i))).isEqualTo(pairs.value(i));
      }
    }
  }

  /// Where a library has no native part for this machine, the target is left out of a run too.
  private Target open(Contender contender, Way way) {
    try {
      return contender.open(directory, way);
    } catch (LinkageError missing) {
      assumeTrue(false, missing.toString());
      throw missing;
    }
  }

  private void putEverySecond(Target target, int first) {
    for (int i = first; i < 10; i += 2) {
      target.put(pairs.shuffled(i), pairs.value(i));
    }
  }

  private void change(Target target) {
    for (int i = 0; i < PAIRS / 2; i++) {
      target.put(pairs.shuffled(i), pairs.value(i));
      model.put(pairs.shuffled(i), pairs.value(i));
    }
    var keys = new ArrayList<Bytes>();
    var values = new ArrayList<Bytes>();
    for (int i = PAIRS / 2; i < PAIRS; i++) {
      keys.add(pairs.shuffled(i));
      values.add(pairs.value(i));
      model.put(pairs.shuffled(i), pairs.value(i));
    }
    target.putAll(keys, values);
    for (int i = 0; i < PAIRS; i += 5) {
      target.put(pairs.reshuffled(i), pairs.value(i + 1));
      model.put(pairs.reshuffled(i), pairs.value(i + 1));
      target.delete(pairs.reshuffled(i + 1));
      model.remove(pairs.reshuffled(i + 1));
    }
    target.delete(pairs.missing(0));
  }

  private void compare(Contender contender, Reader reader) {
    for (int i = 0; i < PAIRS; i++) {
      var key = pairs.ascending(i);
      assertThat(reader.get(key)).as("%s", key).isEqualTo(model.get(key));
      assertThat(reader.get(pairs.missing(i))).isNull();
    }
    if (contender.is(Trait.ORDERED)) {
      for (int limit : List.of(1, 7, PAIRS)) {
        assertThat(reader.scanBack(limit)).isEqualTo(sum(model.descendingMap(), limit));
        for (var from : List.of(pairs.ascending(0), pairs.missing(9))) {
          assertThat(reader.scan(from, limit)).isEqualTo(sum(model.tailMap(from, true), limit));
        }
      }
    }
  }

  private static long sum(Map<Bytes, Bytes> map, int limit) {
    return map.entrySet().stream()
        .limit(limit)
        .mapToLong(pair -> pair.getKey().length() + pair.getValue().at(0))
        .sum();
  }
}
