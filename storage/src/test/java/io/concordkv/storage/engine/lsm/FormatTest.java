package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.BlockCache;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.Extent;
import io.concordkv.storage.engine.lsm.table.PrefixExtractor;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.lsm.table.ValueFile;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import io.concordkv.storage.engine.lsm.table.ValueWriter;
import io.concordkv.testkit.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The examples in docs/formats are what is written, byte for byte: files of released versions stay
/// readable only if these never change.
final class FormatTest {
  /// The example of the page as it was then.
  private static final String VERSION_1 =
      "00 05 04 61 70 70 6c 65 72 65 64 02 05 00 72 69 "
          + "63 6f 74 00 06 07 62 61 6e 61 6e 61 79 65 6c 6c "
          + "6f 77 00 00 00 00 00 00 00 01 00 c1 b8 a0 97 00 "
          + "06 03 62 61 6e 61 6e 61 00 2f 00 00 00 00 00 00 "
          + "00 01 00 27 86 2f 22 03 01 00 00 00 00 00 00 00 "
          + "05 05 61 70 70 6c 65 06 62 61 6e 61 6e 61 00 cd "
          + "25 72 70 00 00 00 00 00 00 00 00 00 00 00 00 00 "
          + "00 00 00 00 00 00 2f 00 00 00 18 00 00 00 00 00 "
          + "00 00 47 00 00 00 1c 00 00 00 00 00 00 00 07 00 "
          + "00 00 01 43 58 7c 44 00 00 00 00 43 4b 56 54 41 "
          + "42 4c 45";

  /// That of a manifest, of a version that said nothing of the parts of tables.
  private static final String MANIFEST_WITHOUT_PARTS =
      "43 4b 56 4d 41 4e 49 46 00 00 00 01 00 00 00 00 "
          + "00 00 00 01 f2 94 1d 26 00 00 00 01 02 e4 3e 91 "
          + "2a 00 00 00 39 01 00 00 00 00 00 00 00 00 00 00 "
          + "00 00 00 00 00 08 02 00 00 00 00 00 00 00 05 00 "
          + "01 00 00 00 00 00 00 00 00 07 ae 01 03 01 00 00 "
          + "00 00 00 00 00 05 05 61 70 70 6c 65 01 64 f0 f9 "
          + "54 08 00 00 00 01 02 c5 83 fb a5";

  private final Simulation simulation = new Simulation(1);

  @Test
  void the_example_of_a_table_is_what_is_written() throws IOException {
    exampleTable();
    assertThat(page("sstable.md")).contains(block(dump("d/0000000000000007.sst")));
  }

  @Test
  void the_example_of_a_table_is_read_back() {
    var info = exampleTable();
    var files = simulation.env("n1").files();
    var table = Table.open(files, "d", info, new BlockCache(1 << 20));
    assertThat(get(table, "apple")).isEqualTo(Bytes.of("red"));
    var apricot = get(table, "apricot");
    assertThat(apricot != null && Table.isDeleted(apricot)).isTrue();
    assertThat(get(table, "banana")).isEqualTo(Bytes.of("yellow"));
    assertThat(get(table, "b")).isNull();
    var cherry = get(table, "cherry");
    assertThat(cherry != null && Table.isDeleted(cherry)).isTrue();
    assertThat(get(table, "d")).isNull();
    assertThat(table.span()).isEqualTo(new KeyRange(Bytes.of("apple"), Bytes.of("d")));
  }

  @Test
  void the_example_of_an_index_with_two_levels_is_what_is_written_and_read() throws IOException {
    var files = simulation.env("n1").files();
    files.createDirectories("d");
    var writer =
        new TableWriter(files, "d", 8, new TableWriter.Settings(1, 1, 0, Compression.NONE));
    writer.add(Bytes.of("kiwi"), Bytes.of("green"));
    writer.add(Bytes.of("lemon"), Bytes.of("yellow"));
    var info = writer.finish(6);
    assertThat(page("sstable.md")).contains(block(dump("d/0000000000000008.sst")));
    var table = Table.open(files, "d", info, new BlockCache(1 << 20));
    assertThat(get(table, "kiwi")).isEqualTo(Bytes.of("green"));
    assertThat(get(table, "lemon")).isEqualTo(Bytes.of("yellow"));
    assertThat(get(table, "lime")).isNull();
  }

  @Test
  void the_example_of_a_filter_of_prefixes_is_what_is_written_and_asked() throws IOException {
    var files = simulation.env("n1").files();
    files.createDirectories("d");
    var settings =
        new TableWriter.Settings(4096, 4096, 8, Compression.NONE, new PrefixExtractor(true, '/'));
    var writer = new TableWriter(files, "d", 10, settings);
    writer.add(Bytes.of("fruit/kiwi"), Bytes.of("green"));
    writer.add(Bytes.of("nuts/none"), null);
    var info = writer.finish(6);
    assertThat(page("sstable.md")).contains(block(dump("d/000000000000000a.sst")));
    var table = Table.open(files, "d", info, new BlockCache(0));
    var fruit = table.run(true, KeyRange.prefix(Bytes.of("fruit/")));
    fruit.toCeiling(Bytes.of("fruit/"));
    assertThat(fruit.key()).isEqualTo(Bytes.of("fruit/kiwi"));
    var herbs = table.run(true, KeyRange.prefix(Bytes.of("herbs/")));
    herbs.toCeiling(Bytes.of("herbs/"));
    assertThat(herbs.valid()).isFalse();
  }

  @Test
  void a_table_of_version_1_is_still_read() {
    var bytes = HexFormat.ofDelimiter(" ").parseHex(VERSION_1);
    create("d/0000000000000007.sst", bytes);
    var info =
        new TableInfo(7, bytes.length, 3, 1, 5, Bytes.of("apple"), Bytes.of("banana"))
            .with(Extent.KEYS);
    var files = simulation.env("n1").files();
    var table = Table.open(files, "d", info, new BlockCache(1 << 20));
    assertThat(get(table, "banana")).isEqualTo(Bytes.of("yellow"));
    assertThat(table.ranges().isEmpty()).isTrue();
    assertThat(table.span()).isEqualTo(new KeyRange(Bytes.of("apple"), Bytes.of("banana\0")));
  }

  @Test
  void the_example_of_a_manifest_is_what_is_written() throws IOException {
    var table = exampleTable();
    simulation.env("n1").files().createDirectories("e");
    var manifest = Manifest.open(simulation.env("n1").files(), "e");
    manifest.append(new Edit(0, false, 8, 5, List.of(), List.of(new Edit.Placed(0, table))));
    var page = page("manifest.md");
    assertThat(page).contains(block(dump("e/manifest-0000000000000001")));
    assertThat(page)
        .contains(block(Bytes.wrap(simulation.disk("n1").content("e/CURRENT")).toUtf8()));
  }

  @Test
  void the_example_of_a_value_file_is_what_is_written_and_read_back() throws IOException {
    var files = simulation.env("n1").files();
    files.createDirectories("d");
    var writer = new ValueWriter(files, "d", 8, Compression.NONE);
    var first = writer.add(Bytes.of("a large value"));
    var second = writer.add(Bytes.of("another one"));
    long size = writer.finish();
    assertThat(page("values.md")).contains(block(dump("d/0000000000000008.values")));

    var settings = new TableWriter.Settings(4096, 4096, 0, Compression.NONE);
    var table = new TableWriter(files, "d", 9, settings);
    table.refer(Bytes.of("apple"), first);
    table.add(Bytes.of("banana"), Bytes.of("yellow"));
    table.refer(Bytes.of("cherry"), second);
    var sizes = new TreeMap<Long, Long>();
    sizes.put(8L, size);
    var info = table.finish(5, DeletedRanges.NONE, sizes);
    assertThat(info.values()).containsExactly(new ValueUse(8, size, 34));
    var opened = Table.open(files, "d", info, new BlockCache(1 << 20));
    assertThat(get(opened, "apple")).isEqualTo(Bytes.of("a large value"));
    assertThat(get(opened, "banana")).isEqualTo(Bytes.of("yellow"));
    assertThat(get(opened, "cherry")).isEqualTo(Bytes.of("another one"));
    assertThat(ValueFile.alone(files, "d", "0000000000000008.values").references())
        .containsExactly(first, second);
  }

  @Test
  void an_edit_with_value_files_is_read_back_by_who_opens_the_manifest() {
    var files = simulation.env("n1").files();
    files.createDirectories("f");
    var table =
        new TableInfo(7, 100, 3, 1, 5, Bytes.of("apple"), Bytes.of("banana"))
            .with(List.of(new ValueUse(8, 100, 34)));
    try (var manifest = Manifest.open(files, "f")) {
      manifest.append(new Edit(0, false, 9, 5, List.of(), List.of(new Edit.Placed(0, table))));
    }
    assertThat(Manifest.look(files, "f", 0).tables()).containsExactly(new Edit.Placed(0, table));
  }

  @Test
  void a_manifest_that_says_nothing_of_ranges_is_read_and_completed() {
    exampleTable();
    create(
        "d/manifest-0000000000000001", HexFormat.ofDelimiter(" ").parseHex(MANIFEST_WITHOUT_PARTS));
    create("d/CURRENT", "manifest-0000000000000001 1cc43b48\n".getBytes(StandardCharsets.UTF_8));
    try (var engine = LsmEngine.open(simulation.env("n1"), "d", LsmOptions.DEFAULT)) {
      assertThat(engine.get(Bytes.of("banana"))).isEqualTo(Bytes.of("yellow"));
      assertThat(engine.levels().all().getFirst().span())
          .isEqualTo(new KeyRange(Bytes.of("apple"), Bytes.of("d")));
    }
    var disk = simulation.disk("n1");
    disk.failReads(".sst", Integer.MAX_VALUE);
    try (var engine = LsmEngine.open(simulation.env("n1"), "d", LsmOptions.DEFAULT)) {
      disk.failReads(".sst", 0);
      assertThat(engine.mark()).isEqualTo(5);
      assertThat(engine.get(Bytes.of("apple"))).isEqualTo(Bytes.of("red"));
    }
  }

  private void create(String path, byte[] bytes) {
    var files = simulation.env("n1").files();
    files.createDirectories("d");
    try (var file = files.open(path, FileSystem.Mode.CREATE)) {
      file.write(0, ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void the_hash_of_a_key_never_changes() {
    assertThat(BloomFilter.hash(Bytes.EMPTY)).isEqualTo(0x7A67AD794F2D199FL);
    assertThat(BloomFilter.hash(Bytes.of("apple"))).isEqualTo(0x95617E5F6D62FB53L);
    assertThat(BloomFilter.hash(Bytes.of("a key of more than eight")))
        .isEqualTo(0x6E587217CE2AF355L);
  }

  private TableInfo exampleTable() {
    var files = simulation.env("n1").files();
    files.createDirectories("d");
    var writer =
        new TableWriter(files, "d", 7, new TableWriter.Settings(4096, 4096, 0, Compression.NONE));
    writer.add(Bytes.of("apple"), Bytes.of("red"));
    writer.add(Bytes.of("apricot"), null);
    writer.add(Bytes.of("banana"), Bytes.of("yellow"));
    var deleted = new KeyRange(Bytes.of("c"), Bytes.of("d"));
    return writer.finish(5, DeletedRanges.of(List.of(deleted)));
  }

  private static @Nullable Bytes get(Table table, String key) {
    return table.get(Bytes.of(key), BloomFilter.hash(Bytes.of(key)));
  }

  private static String page(String name) throws IOException {
    var root = Path.of(System.getProperty("concord.root", ".."));
    return Files.readString(root.resolve("docs/formats").resolve(name));
  }

  private static String block(String content) {
    return "```\n" + content + "```\n";
  }

  private String dump(String path) {
    var content = simulation.disk("n1").content(path);
    var dump = new StringBuilder();
    var hex = HexFormat.ofDelimiter(" ");
    for (int at = 0; at < content.length; at += 16) {
      dump.append("%04x  ".formatted(at))
          .append(hex.formatHex(content, at, Math.min(content.length, at + 16)))
          .append('\n');
    }
    return dump.toString();
  }
}
