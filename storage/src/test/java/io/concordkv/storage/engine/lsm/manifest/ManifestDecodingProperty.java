package io.concordkv.storage.engine.lsm.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Records of a manifest in another form, under checksums that are right.
final class ManifestDecodingProperty {
  private static final String DIRECTORY = "tables";
  private static final long NUMBER = 5;
  private static final int KIND_EDIT = 1;

  private final SimEnv env = new Simulation(1).env("n1");

  private static Edit edit(List<Long> removed, long... added) {
    var placed = new ArrayList<Edit.Placed>();
    for (long id : added) {
      placed.add(
          new Edit.Placed(2, new TableInfo(id, 4096, 30, 4, 99, Bytes.of("aa"), Bytes.of("zz"))));
    }
    return new Edit(0, false, 20, 99, removed, placed);
  }

  private static Bytes payload(Edit edit) {
    var out = new ByteWriter();
    edit.write(out);
    return out.finish();
  }

  @Test
  void another_edit_under_a_right_checksum_is_refused_or_read_as_it_is() {
    var first = payload(edit(List.of(), 3, 4));
    var second = payload(edit(List.of(3L), 7));
    Fuzz.check(2000, List.of(second, first), damaged -> read(first, damaged));
  }

  @Test
  void an_edit_that_cannot_follow_those_before_it_is_damage() {
    var first = payload(edit(List.of(), 3, 4));
    assertThat(read(first, payload(edit(List.of(3L), 7))).tables()).hasSize(2);
    for (var wrong : List.of(edit(List.of(9L)), edit(List.of(), 4), edit(List.of(4L, 4L)))) {
      assertThatThrownBy(() -> read(first, payload(wrong)))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(ManifestFile.name(NUMBER));
    }
  }

  @Test
  void a_table_with_a_number_that_is_not_used_up_is_damage() {
    for (long id : new long[] {0, -1, 20, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> read(payload(edit(List.of(), 3)), payload(edit(List.of(), id))))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(ManifestFile.name(NUMBER));
    }
  }

  private TreeState read(Bytes... edits) {
    var files = env.files();
    files.createDirectories(DIRECTORY);
    var out = new ByteWriter().raw(ManifestFile.header(NUMBER));
    for (var edit : edits) {
      record(out, edit);
    }
    out.raw(ManifestFile.confirmation(NUMBER, out.size()));
    try (var file = files.open(ManifestFile.path(DIRECTORY, NUMBER), FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, out.finish().toByteBuffer());
    }
    Current.write(files, DIRECTORY, NUMBER);
    var rescued = ManifestRescue.read(files, DIRECTORY, 0, new Findings(_ -> {}));
    var looked = Manifest.look(files, DIRECTORY, 0);
    assertThat(rescued.tables()).isEqualTo(looked.tables());
    try (var manifest = Manifest.open(files, DIRECTORY)) {
      return manifest.state(0);
    }
  }

  private static void record(ByteWriter out, Bytes edit) {
    long position = out.size();
    var payload = new ByteWriter().u8(KIND_EDIT).raw(edit).finish();
    var place = new ByteWriter().u64(NUMBER).u64(position).bytes(payload);
    out.u32(payload.length()).raw(payload).u32(place.crc(0));
  }
}
