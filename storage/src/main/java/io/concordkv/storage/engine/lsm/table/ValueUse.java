package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.util.List;

/// How much of a value file a table refers to, or several tables together.
///
/// @param file its id
/// @param fileBytes how large it is
/// @param bytes of the blocks that are referred to. A block belongs to one entry of one table of a
///   content, so what is not referred to by any table is garbage
public record ValueUse(long file, long fileBytes, long bytes) {
  /// What two tables, or groups of tables, use together of the same file.
  public ValueUse plus(ValueUse other) {
    Check.that(file == other.file, "uses of one file are added up");
    return new ValueUse(file, fileBytes, bytes + other.bytes);
  }

  /// How large the files are together.
  public static long fileBytes(List<ValueUse> uses) {
    return uses.stream().mapToLong(ValueUse::fileBytes).sum();
  }

  /// How much of the files is used, all together.
  public static long bytes(List<ValueUse> uses) {
    return uses.stream().mapToLong(ValueUse::bytes).sum();
  }

  /// A list of uses, as it stands in tables and manifests.
  public static Bytes encode(List<ValueUse> uses) {
    return new ByteWriter()
        .list(uses, (out, use) -> out.varint(use.file).varint(use.fileBytes).varint(use.bytes))
        .finish();
  }

  public static List<ValueUse> decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    var uses = in.list(use -> new ValueUse(use.varint(), use.varint(), use.varint()));
    in.end();
    return uses;
  }
}
