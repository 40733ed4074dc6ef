package io.concordkv.storage.engine.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The maps of memtables beside tree maps of tree maps, read at every sequence number there was.
final class VersionedMapProperty {
  /// A walk that began at an earlier moment, and where it should be.
  private static final class Open {
    final Run walk;
    final List<Map.Entry<Bytes, Optional<Bytes>>> expected;
    int at;

    Open(Run walk, Map<Bytes, Optional<Bytes>> expected) {
      this.walk = walk;
      this.expected = List.copyOf(expected.entrySet());
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_reader_sees_what_was_written_up_to_his_number(MemtableKind kind) {
    Gen.check(150, gen -> new Model(gen, kind).run());
  }

  private static final class Model {
    private final Gen gen;
    private final VersionedMap map;
    private final TreeMap<Bytes, TreeMap<Long, Optional<Bytes>>> model = new TreeMap<>();
    private final List<Open> open = new ArrayList<>();
    private final int shape;
    private final int keys;
    private long sequence;

    Model(Gen gen, MemtableKind kind) {
      this.gen = gen;
      map = kind.create();
      shape = gen.below(4);
      keys = gen.oneOf(List.of(10, 300, 20_000));
    }

    void run() {
      int batches = gen.between(1, 60);
      for (int batch = 0; batch < batches; batch++) {
        sequence++;
        int changes = gen.oneOf(List.of(1, 3, 100));
        boolean ascending = gen.oneIn(4);
        int from = gen.below(keys);
        for (int i = 0; i < changes; i++) {
          put(key(ascending ? from + i : gen.below(keys)));
        }
        if (gen.oneIn(5)) {
          open(gen.oneIn(2) ? sequence : gen.between(0, (int) sequence));
        }
        goOn();
      }
      check();
    }

    private void put(Bytes key) {
      var value = gen.oneIn(5) ? null : value();
      map.put(key, value, sequence);
      versions(key).put(sequence, Optional.ofNullable(value));
    }

    private NavigableMap<Long, Optional<Bytes>> versions(Bytes key) {
      return model.computeIfAbsent(key, _ -> new TreeMap<>());
    }

    private Bytes value() {
      int length = gen.oneIn(500) ? 300_000 : gen.below(40);
      return Bytes.wrap(new byte[length]).plus(Bytes.of("at " + sequence));
    }

    private Bytes key(int number) {
      return switch (shape) {
        case 0 -> Bytes.of("%016d".formatted(number));
        case 1 -> Bytes.of(Integer.toBinaryString(number));
        case 2 -> number == 0 ? Bytes.EMPTY : Bytes.wrap(new byte[number % 40]).plus(two(number));
        default -> Bytes.of("table/" + (number & 3) + "/" + (number % 7 == 0 ? "x" : "" + number));
      };
    }

    private static Bytes two(int number) {
      return Bytes.wrap(new byte[] {(byte) (number >> 8), (byte) number});
    }

    private NavigableMap<Bytes, Optional<Bytes>> seenAt(long number) {
      var seen = new TreeMap<Bytes, Optional<Bytes>>();
      model.forEach((key, versions) -> {
        var version = versions.floorEntry(number);
        if (version != null) {
          seen.put(key, version.getValue());
        }
      });
      return seen;
    }

    private void open(long number) {
      var walk = map.walk(number);
      walk.toCeiling(Bytes.EMPTY);
      open.add(new Open(walk, seenAt(number)));
    }

    private void goOn() {
      for (var each : open) {
        int steps = gen.below(40);
        for (int i = 0; i < steps; i++) {
          int at = each.at;
          if (at < 0 || at >= each.expected.size()) {
            assertThat(each.walk.valid()).isFalse();
            break;
          }
          assertOn(each.walk, each.expected.get(at));
          if (gen.oneIn(3)) {
            each.walk.previous();
            each.at--;
          } else {
            each.walk.next();
            each.at++;
          }
        }
      }
    }

    private void check() {
      assertThat(map.keys()).isEqualTo(model.size());
      assertThat(map.live())
          .isEqualTo(
              model.values().stream()
                  .filter(each -> each.lastEntry().getValue().isPresent())
                  .count());
      for (long number : List.of(0L, sequence / 2, sequence, Long.MAX_VALUE)) {
        var seen = seenAt(number);
        var walk = map.walk(number);
        walk.toCeiling(Bytes.EMPTY);
        for (var entry : seen.entrySet()) {
          assertOn(walk, entry);
          walk.next();
        }
        assertThat(walk.valid()).isFalse();
        walk.toLower(null);
        for (var entry : seen.descendingMap().entrySet()) {
          assertOn(walk, entry);
          walk.previous();
        }
        assertThat(walk.valid()).isFalse();
        for (int i = 0; i < 50; i++) {
          seek(walk, seen, key(gen.below(keys + 5)), number);
        }
      }
    }

    private void seek(Run walk, NavigableMap<Bytes, Optional<Bytes>> seen, Bytes key, long number) {
      walk.toCeiling(key);
      assertOn(walk, seen.ceilingEntry(key));
      walk.toLower(key);
      assertOn(walk, seen.lowerEntry(key));
      var version = map.find(key, number);
      var expected = seen.get(key);
      assertThat(version == null).isEqualTo(expected == null);
      if (version != null && expected != null) {
        assertThat(Optional.ofNullable(version.value())).isEqualTo(expected);
        assertThat(version.sequence()).isEqualTo(versions(key).floorKey(number));
      }
    }

    private static void assertOn(Run walk, Map.@Nullable Entry<Bytes, Optional<Bytes>> entry) {
      assertThat(walk.valid()).isEqualTo(entry != null);
      if (entry != null) {
        assertThat(walk.key()).isEqualTo(entry.getKey());
        assertThat(Optional.ofNullable(walk.value())).isEqualTo(entry.getValue());
      }
    }
  }
}
