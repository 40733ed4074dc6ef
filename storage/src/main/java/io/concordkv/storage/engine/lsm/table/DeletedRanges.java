package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ranges in ascending order that neither overlap nor touch. Immutable.
public final class DeletedRanges implements Deletions {
  public static final DeletedRanges NONE = new DeletedRanges(new KeyRange[0]);

  private final KeyRange[] ranges;

  private DeletedRanges(KeyRange[] ranges) {
    this.ranges = ranges;
  }

  /// All keys of `any` ranges.
  public static DeletedRanges of(List<KeyRange> any) {
    var sorted = new ArrayList<>(any);
    sorted.removeIf(KeyRange::isEmpty);
    if (sorted.isEmpty()) {
      return NONE;
    }
    sorted.sort(Comparator.comparing(KeyRange::from));
    var united = new ArrayList<KeyRange>();
    var current = sorted.getFirst();
    for (var next : sorted) {
      var end = current.to();
      if (end != null && next.from().compareTo(end) > 0) {
        united.add(current);
        current = next;
      } else if (end != null && (next.to() == null || next.to().compareTo(end) > 0)) {
        current = new KeyRange(current.from(), next.to());
      }
    }
    united.add(current);
    return new DeletedRanges(united.toArray(KeyRange[]::new));
  }

  public boolean isEmpty() {
    return ranges.length == 0;
  }

  public int size() {
    return ranges.length;
  }

  public KeyRange get(int i) {
    return ranges[i];
  }

  public List<KeyRange> list() {
    return List.of(ranges);
  }

  public boolean contains(Bytes key) {
    int at = floor(key);
    return at >= 0 && ranges[at].contains(key);
  }

  /// Whether all of `range` is deleted.
  public boolean contains(KeyRange range) {
    int at = floor(range.from());
    return at >= 0 && ranges[at].contains(range);
  }

  @Override
  public Stretch around(Bytes key) {
    int at = floor(key);
    if (at >= 0 && ranges[at].contains(key)) {
      return new Stretch(ranges[at], true);
    }
    var from = at < 0 ? null : ranges[at].to();
    var to = at + 1 < ranges.length ? ranges[at + 1].from() : null;
    return new Stretch(new KeyRange(from == null ? Bytes.EMPTY : from, to), false);
  }

  /// What of them lies from `from` on and below `to`.
  public DeletedRanges within(Bytes from, @Nullable Bytes to) {
    var window = new KeyRange(from, to);
    int first = Math.max(0, floor(from));
    var cut = new ArrayList<KeyRange>();
    for (int i = first; i < ranges.length; i++) {
      if (to != null && ranges[i].from().compareTo(to) >= 0) {
        break;
      }
      if (ranges[i].overlaps(window)) {
        cut.add(new Stretch(ranges[i], true).within(from, to).range());
      }
    }
    return cut.isEmpty() ? NONE : new DeletedRanges(cut.toArray(KeyRange[]::new));
  }

  /// What they take in a table, about.
  public long bytes() {
    return Arrays.stream(ranges).mapToLong(DeletedRanges::bytes).sum();
  }

  /// What `range` takes in a table, about.
  public static long bytes(KeyRange range) {
    var to = range.to();
    return 4L + range.from().length() + (to == null ? 0 : to.length());
  }

  void write(ByteWriter out) {
    out.list(
        list(),
        (writer, range) -> {
          var to = range.to();
          writer.bytes(range.from()).flag(to != null);
          if (to != null) {
            writer.bytes(to);
          }
        });
  }

  /// Null if what is read is none.
  static @Nullable DeletedRanges read(ByteReader in) {
    var read =
        in.list(reader -> {
          var from = reader.bytes().detached();
          return new KeyRange(from, reader.flag() ? reader.bytes().detached() : null);
        });
    var ranges = of(read);
    return ranges.list().equals(read) ? ranges : null;
  }

  /// The last one that begins at or below `key`; -1 if all begin above it.
  private int floor(Bytes key) {
    int low = 0;
    int high = ranges.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ranges[middle].from().compareTo(key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
