package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.StoredFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the file of a table says of the table.
///
/// @param parts what there is beside the blocks that the footer knows
/// @param top the top level of the index; none if the index is one block
/// @param prefixes of what its filter of prefixes was made; null if it has none
/// @param ranges what it deletes of older tables
/// @param dataEnd where the blocks with pairs end
record TableProperties(
    TableFooter footer,
    TableInfo info,
    List<Part> parts,
    Handle top,
    @Nullable PrefixExtractor prefixes,
    DeletedRanges ranges,
    long dataEnd) {
  /// A [Part] with a filter of prefixes.
  static final int PREFIXES = 2;

  /// A [Part] with the top level of an index.
  static final int TOP_LEVEL = 4;

  /// A block with a tag that says what is in it.
  record Part(int tag, Handle block) {}

  TableProperties {
    parts = List.copyOf(parts);
  }

  static Bytes write(
      long entries,
      long tombstones,
      long mark,
      Bytes smallest,
      Bytes largest,
      List<Part> parts,
      @Nullable PrefixExtractor prefixes) {
    var said =
        new ByteWriter()
            .varint(entries)
            .varint(tombstones)
            .u64(mark)
            .bytes(smallest)
            .bytes(largest)
            .list(parts, (out, part) -> out.u8(part.tag).raw(part.block.written()));
    if (prefixes != null) {
      prefixes.write(said);
    }
    return said.finish();
  }

  /// The block of [#ranges].
  ///
  /// @param open whether the largest key is not in the table, but where the last range ends
  static Bytes write(DeletedRanges ranges, boolean open) {
    var out = new ByteWriter().flag(open);
    ranges.write(out);
    return out.finish();
  }

  /// Reads what is said in the file and checks that it is the table that `info` tells of.
  static TableProperties of(StoredFile file, TableInfo info) {
    var said = load(file, info);
    var extent = said.info.extent();
    if (!said.info.equals(info.extent() == Extent.UNKNOWN ? info.with(extent) : info)) {
      throw TableFormat.damaged(
          file.path(),
          said.footer.properties().offset(),
          "the table is another one than the manifest says");
    }
    return said;
  }

  /// Reads what is said in the file; of `info` it relies on the id, the size, the crowd and the
  /// copies.
  static TableProperties load(StoredFile file, TableInfo info) {
    var footer = TableFooter.read(file, info);
    var block = footer.properties();
    var in = new ByteReader(load(file, info, block));
    var parts = new ArrayList<Part>();
    TableInfo read;
    PrefixExtractor prefixes;
    try {
      read = read(in, info, footer.version(), parts);
      boolean filtered = parts.stream().anyMatch(part -> part.tag == PREFIXES);
      prefixes = filtered ? PrefixExtractor.read(in) : null;
      in.end();
    } catch (CorruptionError malformed) {
      throw TableFormat.damaged(
          file.path(), block.offset(), "the properties: " + malformed.getMessage());
    }
    boolean senseless =
        read.tombstones() < 0
            || read.tombstones() > read.entries()
            || read.smallest().compareTo(read.largest()) > 0;
    if (senseless) {
      throw TableFormat.damaged(
          file.path(), block.offset(), "what the table says of itself cannot be");
    }
    long dataEnd = dataEnd(file, info, footer, parts);
    var top = Handle.NONE;
    var ranges = DeletedRanges.NONE;
    boolean open = false;
    for (var part : parts) {
      switch (part.tag) {
        case TableInfo.RANGES -> {
          var of = new ByteReader(load(file, info, part.block));
          try {
            open = of.flag();
            ranges = DeletedRanges.read(of);
          } catch (CorruptionError malformed) {
            ranges = null;
          }
          if (ranges == null || ranges.isEmpty()) {
            throw TableFormat.damaged(
                file.path(), part.block.offset(), "the block is not one of ranges");
          }
        }
        case TableInfo.VALUES -> read = read.with(ValueUse.decode(load(file, info, part.block)));
        case PREFIXES -> {
          // It is read when it is asked.
        }
        case TOP_LEVEL -> top = part.block;
        default ->
            throw TableFormat.damaged(
                file.path(),
                block.offset(),
                "the table has a part " + part.tag + ", which is not known here");
      }
    }
    var extent = extent(ranges, open);
    return new TableProperties(footer, read.with(extent), parts, top, prefixes, ranges, dataEnd);
  }

  private static TableInfo read(ByteReader in, TableInfo info, int version, List<Part> parts) {
    var read =
        new TableInfo(
            info.id(), info.bytes(), in.varint(), in.varint(), in.u64(), in.bytes(), in.bytes());
    if (version > TableFormat.WITHOUT_PARTS) {
      parts.addAll(in.list(part -> new Part(part.u8(), handle(part))));
    }
    return read.with(info.crowd()).with(info.copies());
  }

  private static Handle handle(ByteReader in) {
    return new Handle(in.varint(), Math.clamp(in.varint(), -1, Integer.MAX_VALUE));
  }

  /// Where the blocks with pairs end: all else lies behind them, and none of it over another.
  private static long dataEnd(
      StoredFile file, TableInfo info, TableFooter footer, List<Part> parts) {
    var others = new ArrayList<>(List.of(footer.index(), footer.properties()));
    if (!footer.filter().isNone()) {
      others.add(footer.filter());
    }
    parts.forEach(part -> others.add(part.block));
    others.sort(Comparator.comparingLong(Handle::offset).reversed());
    long end = info.bytes() - TableFormat.FOOTER_BYTES;
    for (var block : others) {
      if (block.offset() < 0 || block.length() < 0 || block.offset() > end - block.length()) {
        throw TableFormat.damaged(
            file.path(), block.offset(), "a part of the table lies over another one");
      }
      end = block.offset();
    }
    return end;
  }

  /// The block of the part with `tag`; none if there is no such part.
  Handle part(int tag) {
    return parts.stream()
        .filter(part -> part.tag == tag)
        .map(Part::block)
        .findFirst()
        .orElse(Handle.NONE);
  }

  private static Bytes load(StoredFile file, TableInfo info, Handle handle) {
    return Bytes.wrap(Table.load(file, info.id(), info.bytes(), handle));
  }

  /// That of a table which deletes `ranges`.
  ///
  /// @param open whether its largest key is only where the last range ends
  static Extent extent(DeletedRanges ranges, boolean open) {
    if (ranges.isEmpty()) {
      return Extent.KEYS;
    }
    boolean endless = ranges.get(ranges.size() - 1).to() == null;
    return endless ? Extent.ENDLESS : open ? Extent.OPEN : Extent.RANGES;
  }
}
