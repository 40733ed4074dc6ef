package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.engine.KeyRange;
import java.util.ArrayList;
import java.util.List;

/// What the file of a table says of the table.
///
/// @param parts what there is beside the blocks that the footer knows
/// @param ranges what it deletes of older tables
/// @param span every key that it has or deletes lies here
record TableProperties(TableInfo info, List<Part> parts, DeletedRanges ranges, KeyRange span) {
  /// A [Part] with a block of [#ranges].
  static final int RANGES = 1;

  /// A [Part] with the top level of an index.
  static final int TOP_LEVEL = 4;

  /// A block with a tag that says what is in it.
  record Part(int tag, Handle block) {}

  TableProperties {
    parts = List.copyOf(parts);
  }

  static Bytes write(
      long entries, long tombstones, long mark, Bytes smallest, Bytes largest, List<Part> parts) {
    return new ByteWriter()
        .varint(entries)
        .varint(tombstones)
        .u64(mark)
        .bytes(smallest)
        .bytes(largest)
        .list(parts, (out, part) -> out.u8(part.tag).raw(part.block.written()))
        .finish();
  }

  /// The block of [#ranges].
  ///
  /// @param open whether the largest key is not in the table, but where the last range ends
  static Bytes write(DeletedRanges ranges, boolean open) {
    var out = new ByteWriter().flag(open);
    ranges.write(out);
    return out.finish();
  }

  /// Reads what is said in the file; of `info` it relies on the id, the size and the crowd.
  static TableProperties load(StoredFile file, TableInfo info, TableFooter footer) {
    var in = new ByteReader(load(file, info, footer.properties()));
    var read =
        new TableInfo(
            info.id(), info.bytes(), in.varint(), in.varint(), in.u64(), in.bytes(), in.bytes());
    read = read.with(info.crowd());
    var parts = new ArrayList<Part>();
    if (footer.version() > TableFormat.WITHOUT_PARTS) {
      parts.addAll(
          in.list(part -> new Part(part.u8(), new Handle(part.varint(), (int) part.varint()))));
    }
    in.end();
    var ranges = DeletedRanges.NONE;
    boolean open = false;
    for (var part : parts) {
      switch (part.tag) {
        case RANGES -> {
          var block = new ByteReader(load(file, info, part.block));
          open = block.flag();
          ranges = DeletedRanges.read(block);
          if (ranges == null || ranges.isEmpty()) {
            throw TableFormat.damaged(
                file.path(), part.block.offset(), "the block is not one of ranges");
          }
        }
        case TableInfo.VALUES -> read = read.with(ValueUse.decode(load(file, info, part.block)));
        case TOP_LEVEL -> {
          // It is read when something is looked up.
        }
        default ->
            throw TableFormat.damaged(
                file.path(),
                footer.properties().offset(),
                "the table has a part " + part.tag + ", which is not known here");
      }
    }
    return new TableProperties(read, parts, ranges, span(read, ranges, open));
  }

  private static Bytes load(StoredFile file, TableInfo info, Handle handle) {
    return Bytes.wrap(Table.load(file, info.id(), info.bytes(), handle));
  }

  /// The block of the part with `tag`; none if there is no such part.
  Handle part(int tag) {
    return parts.stream()
        .filter(part -> part.tag == tag)
        .map(Part::block)
        .findFirst()
        .orElse(Handle.NONE);
  }

  private static KeyRange span(TableInfo info, DeletedRanges ranges, boolean open) {
    boolean endless = !ranges.isEmpty() && ranges.get(ranges.size() - 1).to() == null;
    var largest = info.largest();
    return new KeyRange(info.smallest(), endless ? null : open ? largest : largest.successor());
  }
}
