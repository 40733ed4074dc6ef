package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What lies behind the checksums of a table: each part in another form, under a checksum that is
/// right.
final class TableDecodingProperty {
  private static final long ID = 7;
  private static final String PATH = TableFormat.path("", ID).substring(1);
  private static final int FOOTER_CONTENT_BYTES = 48;

  /// What is behind a checksum of its own.
  enum Part {
    DATA,
    FILTER,
    RANGES,
    INDEX,
    TOP,
    PROPERTIES,
    FOOTER
  }

  private final FileSystem files = new Simulation(1).env("n1").files();
  private final EnumMap<Part, Bytes> whole = new EnumMap<>(Part.class);
  private final List<Bytes> blocks = new ArrayList<>();
  private final List<Bytes> separators = new ArrayList<>();

  /// How many blocks are in a block of the index.
  private static final int INDEXED = 2;

  @BeforeEach
  void take_a_table_apart() {
    var settings = new TableWriter.Settings(300, 30, 10, Compression.NONE);
    var writer = new TableWriter(files, ".", ID, settings);
    for (int i = 0; i < 60; i++) {
      writer.add(Bytes.of("key-%03d".formatted(3 * i)), i % 7 == 0 ? null : Bytes.of("value" + i));
    }
    var ranges =
        List.of(
            new KeyRange(Bytes.of("key-0001"), Bytes.of("key-0002")),
            new KeyRange(Bytes.of("x"), null));
    var info = writer.finish(99, DeletedRanges.of(ranges));
    try (var file = files.open(PATH, FileSystem.Mode.READ)) {
      var footer = TableFooter.read(file, info);
      var properties = TableProperties.load(file, info);
      var table = Table.open(files, ".", info, new BlockCache(0));
      var top = properties.top();
      whole.put(Part.FILTER, load(table, footer.filter()));
      whole.put(Part.RANGES, load(table, properties.part(TableInfo.RANGES)));
      whole.put(Part.INDEX, load(table, table.load(top, Table.Level.TOP).handle(1)));
      whole.put(Part.TOP, load(table, top));
      whole.put(Part.PROPERTIES, load(table, footer.properties()));
      var content = new byte[FOOTER_CONTENT_BYTES];
      file.read(info.bytes() - TableFormat.FOOTER_BYTES, ByteBuffer.wrap(content));
      whole.put(Part.FOOTER, Bytes.wrap(content));
      var index = new IndexCursor(table, false);
      for (index.toFirst(); index.valid(); index.next()) {
        separators.add(Objects.requireNonNull(index.limit()));
        blocks.add(load(table, index.block()));
      }
      table.close();
    }
    whole.put(Part.DATA, blocks.get(1));
  }

  private Bytes whole(Part part) {
    return Objects.requireNonNull(whole.get(part));
  }

  private static Bytes load(Table table, Handle block) {
    return Bytes.wrap(table.load(block));
  }

  @Test
  void parts_put_together_again_are_the_table() {
    assertThat(whole(Part.DATA)).isNotEqualTo(blocks.getFirst());
    for (var part : Part.values()) {
      assertThat(read(part, whole(part))).as("%s", part).isEqualTo(60);
    }
  }

  @ParameterizedTest
  @EnumSource
  void another_part_under_a_right_checksum_is_refused_or_read_as_it_is(Part part) {
    Fuzz.check(1500, List.of(whole(part)), body -> read(part, body));
  }

  @Test
  void a_block_whose_entries_do_not_lie_in_it_is_damage() {
    var tooLong = entry(0, 200, 0);
    var backwards = new ByteWriter().u8(0).varint(0xFFFF_FFFFL).u8(1).u8('a');
    var sharesTooMuch = entry(0, 1, 0).raw(entry(2, 1, 0).finish());
    for (var entries : List.of(tooLong, backwards, sharesTooMuch)) {
      var block = entries.u32(0).u32(1).finish();
      assertThatThrownBy(() -> read(Part.DATA, block))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining("not one of entries");
    }
  }

  @Test
  void a_block_that_begins_elsewhere_than_it_says_is_damage() {
    for (int start : new int[] {-1, 1, 4, 1 << 30}) {
      var block = entry(0, 1, 0).u32(start).u32(1).finish();
      assertThatThrownBy(() -> read(Part.DATA, block)).isInstanceOf(CorruptionError.class);
    }
  }

  @Test
  void an_index_that_leads_to_no_block_of_pairs_is_damage() {
    for (long offset : new long[] {-1, 1L << 40, Long.MAX_VALUE}) {
      var handle = new ByteWriter().varint(offset).varint(20).finish();
      for (var part : List.of(Part.INDEX, Part.TOP)) {
        var index = new BlockWriter(1, 64);
        index.add(Bytes.of("z"), handle);
        var body = index.finish();
        assertThatThrownBy(() -> read(part, body)).isInstanceOf(CorruptionError.class);
      }
    }
  }

  private static ByteWriter entry(int shared, int unshared, int size) {
    return new ByteWriter().varint(shared).varint(unshared).varint(size + 1).u8('a');
  }

  /// Reads the table in which `part` is `body`, in every way there is; how many keys it has.
  private int read(Part part, Bytes body) {
    forge(part, body);
    try {
      return readAll();
    } finally {
      files.delete(PATH);
    }
  }

  private int readAll() {
    var table = Table.openAlone(files, ".", ID);
    var info = table.info();
    try {
      var findings = new Findings(_ -> {});
      var rescue = new RescueRun(table, findings);
      for (rescue.toCeiling(Bytes.EMPTY); rescue.valid(); rescue.next()) {
        var _ = rescue.value();
      }
      TableCheck.check(files, ".", info, findings);
      table.layout();
      var parts = table.parts();
      for (int i = 0; parts.next() > 0; i++) {
        assertThat(i).isLessThan(1000);
      }
      for (var key : List.of("", "key-000", "key-030", "key-0301", "key-177", "y")) {
        var sought = Bytes.of(key);
        var _ = table.get(sought, BloomFilter.hash(sought));
        var run = table.run(true);
        run.toLower(sought);
        for (int i = 0; i < 40 && run.valid(); i++) {
          run.previous();
        }
      }
      int keys = 0;
      var run = table.run(true);
      for (run.toCeiling(Bytes.EMPTY); run.valid(); run.next()) {
        var _ = run.key();
        var _ = run.value();
        keys++;
      }
      return keys;
    } finally {
      table.close();
    }
  }

  private void forge(Part part, Bytes body) {
    var out = new ByteWriter(4096);
    var handles = new ArrayList<Handle>();
    for (int i = 0; i < blocks.size(); i++) {
      handles.add(append(out, part == Part.DATA && i == 1 ? body : blocks.get(i)));
    }
    var filter = append(out, part == Part.FILTER ? body : whole(Part.FILTER));
    var ranges = append(out, part == Part.RANGES ? body : whole(Part.RANGES));
    var top = new BlockWriter(1, 256);
    int indexAt = out.size();
    for (int i = 0; i < blocks.size(); i += INDEXED) {
      var partition = new BlockWriter(1, 256);
      int last = Math.min(i + INDEXED, blocks.size()) - 1;
      for (int j = i; j <= last; j++) {
        partition.add(separators.get(j), handles.get(j).written());
      }
      boolean forged = part == Part.INDEX && i == INDEXED;
      top.add(separators.get(last), append(out, forged ? body : partition.finish()).written());
    }
    var index = new Handle(indexAt, out.size() - indexAt);
    var topAt = append(out, part == Part.TOP ? body : top.finish());
    var properties = append(out, part == Part.PROPERTIES ? body : properties(ranges, topAt));
    long end = properties.end();
    var footer = new ByteWriter();
    for (var each : List.of(filter, index, properties)) {
      footer.u64(each.offset()).u32(each.length());
    }
    var content = footer.u64(ID).u32(TableFormat.VERSION).finish();
    if (part == Part.FOOTER) {
      var padded = new byte[FOOTER_CONTENT_BYTES];
      body.slice(0, Math.min(body.length(), padded.length)).copyTo(padded, 0);
      content = Bytes.wrap(padded);
    }
    out.raw(content).u32(crc(content, end)).u32(0).u64(TableFormat.MAGIC);
    try (var file = files.open(PATH, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, out.finish().toByteBuffer());
    }
  }

  private static Bytes properties(Handle ranges, Handle top) {
    var parts =
        List.of(
            new TableProperties.Part(TableInfo.RANGES, ranges),
            new TableProperties.Part(TableProperties.TOP_LEVEL, top));
    return TableProperties.write(60, 9, 99, Bytes.of("key-000"), Bytes.of("x"), parts, null);
  }

  private static Handle append(ByteWriter out, Bytes body) {
    int at = out.size();
    var typed = new ByteWriter().raw(body).u8(Compression.NONE.code).finish();
    out.raw(typed).u32(crc(typed, at));
    return new Handle(at, out.size() - at);
  }

  private static int crc(Bytes bytes, long position) {
    return TableFormat.crc(bytes.sharedArray(), bytes.sharedOffset(), bytes.length(), ID, position);
  }
}
