package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What lies behind the checksums of a tree's file: a page or the head in another form, under a
/// checksum that is right.
final class TreeDecodingProperty {
  private static final String DIRECTORY = "engine";
  private static final BPlusTreeOptions OPTIONS =
      new BPlusTreeOptions(256, 2, 1, 1 << 20, 3, 64 << 10);

  /// Where the fields of a head begin that tell of the tree, and where its checksum is.
  private static final int HEAD_FIELDS_AT = 24;

  private static final int HEAD_CRC_AT = 96;

  /// What a page may be.
  enum Kind {
    ROOT,
    BRANCH,
    LEAF,
    VALUE,
    UNITS
  }

  private final Simulation simulation = new Simulation(3);
  private final SimDisk disk = simulation.disk("n1");
  private final Env env = simulation.env("n1");
  private final List<Page> pages = new ArrayList<>();
  private String path = "";
  private byte[] intact = new byte[0];
  private byte[] head = new byte[0];

  @BeforeEach
  void write_a_tree() {
    var engine = open();
    for (int i = 0; i < 200; i++) {
      var value = Bytes.of("value-" + i * 31 + ".".repeat(i % 30 == 0 ? 600 : 0));
      engine.write(new WriteBatch().put(Bytes.of("key-%03d".formatted(i)), value).mark(i + 1));
    }
    engine.sync();
    engine.close();
    path = disk.paths().getFirst();
    intact = disk.content(path);
    try (var stored = env.files().open(path, FileSystem.Mode.READ)) {
      long number = Leftovers.newest(env.files(), DIRECTORY);
      var newest = Objects.requireNonNull(Heads.look(stored, number));
      head = newest.encode(number, 0).array();
      var file = TreeFile.reading(env.files(), DIRECTORY, number, stored, newest.unitBytes());
      collect(file, file.read(newest.root(), newest.rootGeneration(), PageFormat.ON_ANY_LEVEL));
      pages.add(file.read(newest.space(), newest.spaceGeneration(), PageFormat.OF_UNITS));
    }
  }

  /// The first of each kind that the walk meets.
  private void collect(TreeFile file, Page page) {
    pages.add(page);
    for (int i = 0; i < page.count; i++) {
      if (!page.isLeaf()) {
        collect(file, file.read(page.childPlace(i), page.childGeneration(i), page.level - 1));
      } else if (page.isLarge(i)) {
        pages.add(file.read(page.largePlace(i), page.largeGeneration(i), PageFormat.OF_A_VALUE));
      }
    }
  }

  private Page page(Kind kind) {
    var root = pages.getFirst();
    return pages.stream()
        .filter(page ->
            switch (kind) {
              case ROOT -> page == root;
              case BRANCH -> page.type == PageFormat.BRANCH && page != root;
              case LEAF -> page.type == PageFormat.LEAF && hasLarge(page);
              case VALUE -> page.type == PageFormat.LARGE;
              case UNITS -> page.type == PageFormat.SPACE;
            })
        .findFirst()
        .orElseThrow();
  }

  private static boolean hasLarge(Page leaf) {
    for (int i = 0; i < leaf.count; i++) {
      if (leaf.isLarge(i)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void pages_put_in_place_again_are_the_tree() {
    for (var kind : Kind.values()) {
      var page = page(kind);
      assertThat(read(() -> forge(page, Bytes.wrap(page.data)))).isEqualTo(200);
    }
    assertThat(read(() -> forgeHead(headFields()))).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void another_page_under_a_right_checksum_is_refused_or_read_as_it_is(Kind kind) {
    var page = page(kind);
    var content = Bytes.wrap(page.data);
    Fuzz.check(400, List.of(content), damaged -> read(() -> forge(page, damaged)));
  }

  @Test
  void another_head_under_a_right_checksum_is_refused_or_read_as_it_is() {
    Fuzz.check(400, List.of(headFields()), damaged -> read(() -> forgeHead(damaged)));
  }

  @Test
  void a_head_with_no_size_of_a_unit_is_damage() {
    for (int unitBytes : new int[] {0, -256, 100, 1 << 30}) {
      var fields = headFields().toArray();
      ByteBuffer.wrap(fields).putInt(64, unitBytes);
      assertThatThrownBy(() -> read(() -> forgeHead(Bytes.wrap(fields))))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining("head");
    }
  }

  @Test
  void a_page_that_leads_to_itself_is_damage() {
    var root = page(Kind.ROOT);
    var data = root.data.clone();
    int references = data.length;
    for (int at = PageFormat.HEADER_BYTES; at + 16 <= data.length; at++) {
      if ((long) PageFormat.LONG.get(data, at) == root.childPlace(0)) {
        references = at;
        break;
      }
    }
    PageFormat.LONG.set(data, references, root.place);
    PageFormat.LONG.set(data, references + 8, root.generation);
    assertThatThrownBy(() -> read(() -> forge(root, Bytes.wrap(data))))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("another kind");
  }

  /// Reads, checks, rescues and writes on with what `forge` makes of the file; how many pairs there
  /// are.
  private int read(Runnable forge) {
    restore();
    forge.run();
    var findings = new Findings(_ -> {});
    TreeExamination.check(env.files(), DIRECTORY, findings);
    TreeRescue.run(env.files(), DIRECTORY, new Findings(_ -> {}), (_, _) -> {});
    var engine = open();
    try {
      int pairs = 0;
      for (var order : Order.values()) {
        pairs = 0;
        try (var cursor = engine.scan(KeyRange.ALL, order)) {
          while (cursor.next()) {
            pairs++;
            assertThat(cursor.value().length()).isGreaterThanOrEqualTo(0);
          }
        }
      }
      for (int i = -1; i <= 200; i++) {
        var _ = engine.get(Bytes.of("key-%03d".formatted(i)));
      }
      try (var scrub = engine.scrub(engine.files().getFirst())) {
        while (scrub != null && scrub.step(1 << 20) > 0) {
          // On to its end.
        }
      }
      engine.write(new WriteBatch().put(Bytes.of("key-100"), Bytes.of("new")).mark(1 << 20));
      engine.sync();
      return pairs;
    } finally {
      engine.close();
    }
  }

  private void restore() {
    try (var file = env.files().open(path, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, ByteBuffer.wrap(intact));
    }
  }

  private void write(long at, byte[] bytes) {
    try (var file = env.files().open(path, FileSystem.Mode.WRITE)) {
      file.write(at, ByteBuffer.wrap(bytes));
    }
  }

  /// Puts `content` in the place of `page`, as far as there is room.
  private void forge(Page page, Bytes content) {
    int room = PageFormat.units(page.place) * OPTIONS.unitBytes();
    var data = Arrays.copyOf(content.toArray(), room);
    int length = Math.clamp(content.length(), PageFormat.HEADER_BYTES, room);
    PageFormat.INT.set(data, PageFormat.LENGTH_AT, length);
    PageFormat.LONG.set(data, PageFormat.GENERATION_AT, page.generation);
    long number = Leftovers.newest(env.files(), DIRECTORY);
    int crc = PageFormat.crc(data, length, new PageFormat.Position(number, page.place));
    PageFormat.INT.set(data, 0, crc);
    write(PageFormat.unit(page.place) * OPTIONS.unitBytes(), data);
  }

  private Bytes headFields() {
    return Bytes.wrap(Arrays.copyOfRange(head, HEAD_FIELDS_AT, HEAD_CRC_AT));
  }

  private void forgeHead(Bytes fields) {
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      var forged = head.clone();
      var padded = Arrays.copyOf(fields.toArray(), HEAD_CRC_AT - HEAD_FIELDS_AT);
      System.arraycopy(padded, 0, forged, HEAD_FIELDS_AT, padded.length);
      var buffer = ByteBuffer.wrap(forged).putInt(12, slot);
      buffer.putInt(HEAD_CRC_AT, Crc32c.of(forged, 0, HEAD_CRC_AT));
      write((long) slot * Head.SLOT_BYTES, forged);
    }
  }

  private BPlusTreeEngine open() {
    return BPlusTreeEngine.open(env, DIRECTORY, OPTIONS);
  }
}
