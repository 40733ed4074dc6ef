package io.concordkv.storage.engine.lsm.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Extent;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import io.concordkv.testkit.Fuzz;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The parser behind the checksums of a manifest.
final class EditProperty {
  @Test
  void damaged_edits_are_refused_or_read_as_others() {
    var table = new TableInfo(7, 4096, 30, 4, 99, Bytes.of("aa"), Bytes.of("zz"));
    var values = List.of(new ValueUse(5, 70_000, 300), new ValueUse(6, 500, 400));
    check(table, false);
    check(table.with(values), true);
    check(table.with(300), true);
    for (var extent : Extent.values()) {
      check(table.with(values).with(300).with(extent), true);
    }
  }

  private static void check(TableInfo table, boolean parts) {
    var edit = new Edit(0, true, 9, 99, List.of(3L, 4L), List.of(new Edit.Placed(2, table)));
    var out = new ByteWriter();
    edit.write(out);
    var valid = out.finish();

    assertThat(edit.hasParts()).isEqualTo(parts);
    assertThat(Edit.read(new ByteReader(valid), parts)).isEqualTo(edit);
    Fuzz.check(20_000, List.of(valid), bytes -> Edit.read(new ByteReader(bytes), parts));
  }
}
