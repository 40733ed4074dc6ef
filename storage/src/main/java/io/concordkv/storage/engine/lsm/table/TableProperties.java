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

  /// A block with a tag that says what is in it.
  record Part(int tag, long offset, int length) {}

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
        .list(parts, (out, part) -> out.u8(part.tag).varint(part.offset).varint(part.length))
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

  /// Reads what is said in the file; of `info` it relies on the id and the size.
  static TableProperties load(StoredFile file, TableInfo info, TableFooter footer) {
    long offset = footer.propertiesOffset();
    var in = new ByteReader(Bytes.wrap(Table.load(file, info, offset, footer.propertiesLength())));
    var read =
        new TableInfo(
            info.id(), info.bytes(), in.varint(), in.varint(), in.u64(), in.bytes(), in.bytes());
    var parts = new ArrayList<Part>();
    if (footer.version() > TableFormat.WITHOUT_PARTS) {
      parts.addAll(in.list(part -> new Part(part.u8(), part.varint(), (int) part.varint())));
    }
    in.end();
    var ranges = DeletedRanges.NONE;
    boolean open = false;
    for (var part : parts) {
      if (part.tag != RANGES) {
        throw TableFormat.damaged(
            file.path(), offset, "the table has a part " + part.tag + ", which is not known here");
      }
      var block = new ByteReader(Bytes.wrap(Table.load(file, info, part.offset, part.length)));
      open = block.flag();
      ranges = DeletedRanges.read(block);
      if (ranges == null || ranges.isEmpty()) {
        throw TableFormat.damaged(file.path(), part.offset, "the block is not one of ranges");
      }
    }
    return new TableProperties(read, parts, ranges, span(read, ranges, open));
  }

  private static KeyRange span(TableInfo info, DeletedRanges ranges, boolean open) {
    boolean endless = !ranges.isEmpty() && ranges.get(ranges.size() - 1).to() == null;
    var largest = info.largest();
    return new KeyRange(info.smallest(), endless ? null : open ? largest : largest.successor());
  }
}
