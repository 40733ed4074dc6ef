package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An index of one block and one that is cut into partitions answer alike, but for what they load.
final class TableIndexTest {
  private final Simulation simulation = new Simulation(1);
  private final SimDisk disk = simulation.disk("n1");
  private final FileSystem files = simulation.env("n1").files();
  private long tables;

  TableIndexTest() {
    files.createDirectories("d");
  }

  private TableInfo write(Map<Bytes, Bytes> pairs, int blockBytes, int indexBlockBytes) {
    var settings = new TableWriter.Settings(blockBytes, indexBlockBytes, 0, Compression.NONE);
    var writer = new TableWriter(files, "d", ++tables, settings);
    new TreeMap<>(pairs).forEach(writer::add);
    return writer.finish(1);
  }

  private Table open(TableInfo info, BlockCache cache) {
    return Table.open(files, "d", info, cache);
  }

  private static Map<Bytes, Bytes> numbered(int count) {
    var pairs = new TreeMap<Bytes, Bytes>();
    for (int i = 0; i < count; i++) {
      pairs.put(Bytes.of("key-%06d".formatted(2 * i)), Bytes.of("value-" + i));
    }
    return pairs;
  }

  @Test
  void a_lookup_loads_only_the_partition_that_it_needs() {
    var pairs = numbered(20_000);
    var whole = new BlockCache(1 << 30);
    var parted = new BlockCache(1 << 30);
    var one = open(write(pairs, 256, 1 << 20), whole);
    var two = open(write(pairs, 256, 1024), parted);
    var key = Bytes.of("key-020000");
    assertThat(one.get(key, BloomFilter.hash(key))).isEqualTo(pairs.get(key));
    assertThat(two.get(key, BloomFilter.hash(key))).isEqualTo(pairs.get(key));
    assertThat(whole.bytes()).isGreaterThan(20_000);
    assertThat(parted.bytes()).isLessThan(4_000);
  }

  @Test
  void a_walk_over_any_index_goes_where_a_tree_map_does() {
    Gen.check(40, this::walk);
  }

  private void walk(Gen gen) {
    var pairs = new TreeMap<Bytes, Bytes>();
    for (int count = gen.between(1, 300); count > 0; count--) {
      pairs.put(key(gen), gen.bytes(20));
    }
    var info = write(pairs, gen.between(1, 300), gen.between(1, 200));
    var run = open(info, new BlockCache(gen.flag() ? 0 : 1 << 16)).run(gen.flag());
    for (int i = 0; i < 100; i++) {
      var key = key(gen);
      @Nullable Bytes expected;
      switch (gen.below(5)) {
        case 0 -> {
          run.toCeiling(key);
          expected = pairs.ceilingKey(key);
        }
        case 1 -> {
          run.toLower(key);
          expected = pairs.lowerKey(key);
        }
        case 2 -> {
          run.toLower(null);
          expected = pairs.lastKey();
        }
        case 3 -> {
          if (!run.valid()) {
            continue;
          }
          expected = pairs.higherKey(run.key());
          run.next();
        }
        default -> {
          if (!run.valid()) {
            continue;
          }
          expected = pairs.lowerKey(run.key());
          run.previous();
        }
      }
      assertThat(run.valid() ? run.key() : null).isEqualTo(expected);
      assertThat(run.valid() ? run.value() : null)
          .isEqualTo(expected == null ? null : pairs.get(expected));
    }
  }

  private static Bytes key(Gen gen) {
    return Bytes.of("%03d".formatted(gen.below(500)));
  }

  @Test
  void of_a_damaged_partition_only_its_keys_are_lost() {
    var pairs = numbered(1000);
    var info = write(pairs, 128, 512);
    var path = TableFormat.path("d", 1);
    var partitions = open(info, new BlockCache(0)).layout().index();
    assertThat(partitions).hasSizeGreaterThan(3);
    for (var partition : partitions) {
      disk.corrupt(path, partition.offset() + 3, 0x55);
      var findings = new Findings(_ -> {});
      var found = new ArrayList<Bytes>();
      var run = new RescueRun(open(info, new BlockCache(0)), findings);
      for (run.toCeiling(Bytes.EMPTY); run.valid(); run.next()) {
        assertThat(run.value()).isEqualTo(pairs.get(run.key()));
        found.add(run.key());
      }
      assertThat(findings.damages()).hasSize(1).allMatch(each -> each.contains(path));
      assertThat(findings.losses()).hasSize(1);
      var lost = findings.losses().getFirst().keys();
      assertThat(found).hasSizeGreaterThan(pairs.size() * 2 / 3);
      assertThat(pairs.keySet()).allMatch(key -> lost.contains(key) != found.contains(key));
      disk.corrupt(path, partition.offset() + 3, 0x55);
    }
  }

  @Test
  void a_check_goes_on_behind_a_damaged_partition() {
    var info = write(numbered(500), 128, 512);
    var path = TableFormat.path("d", 1);
    var layout = open(info, new BlockCache(0)).layout();
    disk.corrupt(path, layout.index().getFirst().offset(), 1);
    disk.corrupt(path, layout.blocks().getLast().offset(), 1);
    var findings = new Findings(_ -> {});
    TableCheck.check(files, "d", info, findings);
    assertThat(findings.damages()).hasSize(2);
    assertThat(findings.damages().getFirst())
        .contains("offset " + layout.index().getFirst().offset());
    assertThat(findings.damages().getLast())
        .contains("offset " + layout.blocks().getLast().offset());
  }
}
