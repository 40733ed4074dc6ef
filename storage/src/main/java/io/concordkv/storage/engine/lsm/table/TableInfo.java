package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.util.List;

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
/// @param values the value files that it refers to, by id; empty if all values are in the table
/// @param crowd the most deletions among [#CROWD] successive entries: whoever walks there passes
///   them for little. Only the manifest says it; 0 if it does not
public record TableInfo(
    long id,
    long bytes,
    long entries,
    long tombstones,
    long mark,
    Bytes smallest,
    Bytes largest,
    List<ValueUse> values,
    int crowd) {
  /// Among so many entries deletions are counted.
  public static final int CROWD = 1024;

  /// The tag of [#values()] among the parts of a table, in its file and in the manifest.
  public static final int VALUES = 3;

  /// It is known as long as there is the table, so it keeps nothing alive but itself: not the chunk
  /// of a snapshot from which its keys were cut.
  public TableInfo {
    smallest = smallest.detached();
    largest = largest.detached();
    values = List.copyOf(values);
  }

  /// Of a table that has all its values itself.
  public TableInfo(
      long id,
      long bytes,
      long entries,
      long tombstones,
      long mark,
      Bytes smallest,
      Bytes largest) {
    this(id, bytes, entries, tombstones, mark, smallest, largest, List.of(), 0);
  }

  public TableInfo with(List<ValueUse> values) {
    return new TableInfo(id, bytes, entries, tombstones, mark, smallest, largest, values, crowd);
  }

  public TableInfo with(int crowd) {
    return new TableInfo(id, bytes, entries, tombstones, mark, smallest, largest, values, crowd);
  }
}
