package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.Extent;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /// The tag of [TableInfo#crowd()].
  private static final int CROWD = 5;

  private static final int REPLACED = 1;
  private static final int HAS_MARK = 2;

  /// The tag of [TableInfo#copies()].
  private static final int COPIES = 6;

  /// A table in its level.
  public record Placed(int level, TableInfo table) {
    /// The same where there is one copy only of each file.
    public Placed original() {
      return new Placed(level, table.with(Copies.NONE));
    }
  }

  public Edit {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
  }

  /// Whether it says of a table what edits could not say at first.
  boolean hasParts() {
    return added.stream().anyMatch(placed -> !parts(placed.table()).isEmpty());
  }

  /// All of it, as one that is passed on outside of a manifest.
  public Bytes encoded() {
    var out = new ByteWriter(1024).flag(hasParts());
    write(out);
    return out.finish();
  }

  public static Edit decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    return read(in, in.flag());
  }

  void write(ByteWriter out) {
    boolean parts = hasParts();
    out.u64(tree).u64(nextFile).u8((replaced ? REPLACED : 0) | (mark >= 0 ? HAS_MARK : 0));
    if (mark >= 0) {
      out.u64(mark);
    }
    out.list(removed, ByteWriter::u64);
    out.list(added, (list, placed) -> write(list, placed, parts));
  }

  /// @param parts whether tables have parts; as [#hasParts()] of the edit that was written
  static Edit read(ByteReader in, boolean parts) {
    long tree = in.u64();
    long nextFile = in.u64();
    int flags = in.u8();
    long mark = (flags & HAS_MARK) == 0 ? SAME_MARK : in.u64();
    var removed = in.list(ByteReader::u64);
    var added = in.list(list -> readPlaced(list, parts));
    in.end();
    for (var placed : added) {
      long id = placed.table().id();
      if (id < 1 || id >= nextFile || placed.table().mark() < 0) {
        throw new CorruptionError("a table %x when the next one is %x".formatted(id, nextFile));
      }
    }
    return new Edit(tree, (flags & REPLACED) != 0, nextFile, mark, removed, added);
  }

  private static void write(ByteWriter out, Placed placed, boolean parts) {
    var table = placed.table();
    out.u8(placed.level())
        .u64(table.id())
        .varint(table.bytes())
        .varint(table.entries())
        .varint(table.tombstones())
        .u64(table.mark())
        .bytes(table.smallest())
        .bytes(table.largest());
    if (parts) {
      var said = parts(table);
      out.varint(said.size());
      said.forEach((tag, part) -> out.u8(tag).bytes(part));
    }
  }

  private static Map<Integer, Bytes> parts(TableInfo table) {
    var parts = new TreeMap<Integer, Bytes>();
    if (table.extent() != Extent.UNKNOWN) {
      parts.put(TableInfo.RANGES, new ByteWriter(1).u8(table.extent().code).finish());
    }
    if (!table.values().isEmpty()) {
      parts.put(TableInfo.VALUES, ValueUse.encode(table.values()));
    }
    if (table.crowd() > 0) {
      parts.put(CROWD, new ByteWriter(4).varint(table.crowd()).finish());
    }
    if (!table.copies().isEmpty()) {
      parts.put(COPIES, table.copies().encoded());
    }
    return parts;
  }

  private static Placed readPlaced(ByteReader in, boolean parts) {
    int level = in.u8();
    var table =
        new TableInfo(
            in.u64(),
            in.varint(),
            in.varint(),
            in.varint(),
            in.u64(),
            own(in.bytes()),
            own(in.bytes()));
    for (int left = parts ? in.length() : 0; left > 0; left--) {
      int tag = in.u8();
      var part = in.bytes();
      table =
          switch (tag) {
            case TableInfo.RANGES -> table.with(extent(part));
            case TableInfo.VALUES -> table.with(ValueUse.decode(part));
            case CROWD -> table.with(crowd(part));
            case COPIES -> table.with(Copies.decode(part));
            default ->
                throw new CorruptionError(
                    "the manifest tells of a part " + tag + " of a table, which is not known here");
          };
    }
    return new Placed(level, table);
  }

  private static int crowd(Bytes part) {
    var in = new ByteReader(part);
    int crowd = (int) in.varint();
    in.end();
    return crowd;
  }

  private static Extent extent(Bytes part) {
    var in = new ByteReader(part);
    int code = in.u8();
    in.end();
    return Extent.of(code);
  }

  /// A key that outlives the record from which it was read must not keep all of it alive.
  private static Bytes own(Bytes key) {
    return Bytes.wrap(key.toArray());
  }
}
