package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import java.util.List;

/// A change of a tree that happens as a whole or not at all.
///
/// @param tree which tree; several may share a manifest
/// @param replaced everything that the tree had before is gone
/// @param nextFile no table has this id or a higher one yet
/// @param mark the durable mark from now on, or -1 to leave it; unless `replaced`, it never falls
/// @param removed ids of tables, taken out before the added ones come in
public record Edit(
    long tree, boolean replaced, long nextFile, long mark, List<Long> removed, List<Placed> added) {
  /// The mark is left as it is.
  public static final long SAME_MARK = -1;

  private static final int REPLACED = 1;
  private static final int HAS_MARK = 2;

  /// A table in its level.
  public record Placed(int level, TableInfo table) {}

  public Edit {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
  }

  void write(ByteWriter out) {
    out.u64(tree).u64(nextFile).u8((replaced ? REPLACED : 0) | (mark >= 0 ? HAS_MARK : 0));
    if (mark >= 0) {
      out.u64(mark);
    }
    out.list(removed, ByteWriter::u64);
    out.list(added, Edit::write);
  }

  static Edit read(ByteReader in) {
    long tree = in.u64();
    long nextFile = in.u64();
    int flags = in.u8();
    long mark = (flags & HAS_MARK) == 0 ? SAME_MARK : in.u64();
    var removed = in.list(ByteReader::u64);
    var added = in.list(Edit::readPlaced);
    in.end();
    return new Edit(tree, (flags & REPLACED) != 0, nextFile, mark, removed, added);
  }

  private static void write(ByteWriter out, Placed placed) {
    var table = placed.table();
    out.u8(placed.level())
        .u64(table.id())
        .varint(table.bytes())
        .varint(table.entries())
        .varint(table.tombstones())
        .u64(table.mark())
        .bytes(table.smallest())
        .bytes(table.largest());
  }

  private static Placed readPlaced(ByteReader in) {
    int level = in.u8();
    return new Placed(
        level,
        new TableInfo(
            in.u64(),
            in.varint(),
            in.varint(),
            in.varint(),
            in.u64(),
            own(in.bytes()),
            own(in.bytes())));
  }

  /// A key that outlives the record from which it was read must not keep all of it alive.
  private static Bytes own(Bytes key) {
    return Bytes.wrap(key.toArray());
  }
}
