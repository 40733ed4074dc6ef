package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.KeyRange;
import java.util.List;
import java.util.stream.Stream;

/// What is known of a table without opening it.
///
/// @param id never used twice in a store, not even after the table is gone
/// @param bytes the size of its file
/// @param entries how many keys it has, deletions included
/// @param tombstones how many of them are deletions
/// @param mark the highest mark of a batch that is in it
/// @param smallest its first key, or where the first range that it deletes begins
/// @param largest its last key, or where the last range that it deletes ends (begins, if it has no
///   end)
/// @param extent whether it deletes ranges, and how it ends
/// @param values the value files that it refers to, by id; empty if all values are in the table
/// @param crowd the most deletions among [#CROWD] successive entries: whoever walks there passes
///   them for little. Only the manifest says it; 0 if it does not
/// @param copies which files it is, and those of its values. Only the manifest says it
public record TableInfo(
    long id,
    long bytes,
    long entries,
    long tombstones,
    long mark,
    Bytes smallest,
    Bytes largest,
    Extent extent,
    List<ValueUse> values,
    int crowd,
    Copies copies) {
  /// Among so many entries deletions are counted.
  public static final int CROWD = 1024;

  /// The tag of the ranges that it deletes among its parts, in its file and in the manifest.
  public static final int RANGES = 1;

  /// The tag of [#values()], likewise.
  public static final int VALUES = 3;

  /// It is known as long as there is the table, so it keeps nothing alive but itself: not the chunk
  /// of a snapshot from which its keys were cut.
  public TableInfo {
    smallest = smallest.detached();
    largest = largest.detached();
    values = List.copyOf(values);
  }

  /// Of a table of which nothing more is known. It has all its values itself.
  public TableInfo(
      long id,
      long bytes,
      long entries,
      long tombstones,
      long mark,
      Bytes smallest,
      Bytes largest) {
    this(
        id,
        bytes,
        entries,
        tombstones,
        mark,
        smallest,
        largest,
        Extent.UNKNOWN,
        List.of(),
        0,
        Copies.NONE);
  }

  public TableInfo with(Extent known) {
    return new TableInfo(
        id, bytes, entries, tombstones, mark, smallest, largest, known, values, crowd, copies);
  }

  public TableInfo with(List<ValueUse> used) {
    return new TableInfo(
        id, bytes, entries, tombstones, mark, smallest, largest, extent, used, crowd, copies);
  }

  public TableInfo with(int counted) {
    return new TableInfo(
        id, bytes, entries, tombstones, mark, smallest, largest, extent, values, counted, copies);
  }

  public TableInfo with(Copies these) {
    return new TableInfo(
        id, bytes, entries, tombstones, mark, smallest, largest, extent, values, crowd, these);
  }

  /// The ids of its file and of the value files to which it refers.
  public List<Long> files() {
    return Stream.concat(Stream.of(id), values.stream().map(ValueUse::file)).toList();
  }

  /// Whether it deletes ranges of keys of older tables.
  public boolean deletesRanges() {
    return extent != Extent.KEYS;
  }

  /// Every key that it has or deletes lies here. Only where the extent is known.
  public KeyRange span() {
    Check.that(extent != Extent.UNKNOWN, "it is known how far a table reaches");
    return new KeyRange(
        smallest,
        switch (extent) {
          case KEYS, RANGES -> largest.successor();
          case OPEN -> largest;
          case ENDLESS, UNKNOWN -> null;
        });
  }
}
