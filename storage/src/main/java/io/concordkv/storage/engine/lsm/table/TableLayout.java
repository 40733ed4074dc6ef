package io.concordkv.storage.engine.lsm.table;

import io.concordkv.storage.engine.KeyRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the file of a table is laid out, for people who look into it.
///
/// @param blocks the data blocks, one behind the other from the start of the file
/// @param index its blocks without the top level
/// @param top the top level of the index, null if the index is one block
/// @param filter null if the table has none
/// @param prefixes a filter of prefixes, likewise
/// @param ranges what it deletes of older tables
public record TableLayout(
    List<Part> blocks,
    List<Part> index,
    @Nullable Part top,
    @Nullable Filter filter,
    @Nullable Filter prefixes,
    List<KeyRange> ranges) {
  public TableLayout {
    blocks = List.copyOf(blocks);
    index = List.copyOf(index);
    ranges = List.copyOf(ranges);
  }

  /// A block in the file.
  ///
  /// @param length what it takes in the file, trailer included
  /// @param rawLength its content, unpacked
  public record Part(long offset, int length, int rawLength, Compression compression) {}

  /// @param probes bits that are looked at for a key
  /// @param lines of 512 bits each
  /// @param bitsSet how many of all bits are set
  public record Filter(int probes, int lines, long bitsSet) {
    /// How many of a thousand keys that are not there would pass, about.
    public double passesOfThousand() {
      return 1000 * Math.pow(bitsSet / (512.0 * lines), probes);
    }
  }
}
