package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.BlockCache;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The examples in docs/formats are what is written, byte for byte: files of released versions stay
/// readable only if these never change.
final class FormatTest {
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
        new TableWriter(files, "d", 7, new TableWriter.Settings(4096, 0, Compression.NONE));
    writer.add(Bytes.of("apple"), Bytes.of("red"));
    writer.add(Bytes.of("apricot"), null);
    writer.add(Bytes.of("banana"), Bytes.of("yellow"));
    return writer.finish(5);
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
