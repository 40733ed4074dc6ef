package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All leaves in a file whose checksums are right, whether a tree has them or not.
final class LooseLeaves {
  private static final int[] UNITS = {4096, 128, 256, 512, 1024, 2048, 8192, 16384, 32768, 65536};

  private final TreeFile file;

  /// The newest first.
  private final List<Found> leaves;

  private record Found(long place, long generation, Bytes first, Bytes last) {}

  /// A pair in a leaf.
  record Pair(Page leaf, int index) {}

  private LooseLeaves(TreeFile file, List<Found> leaves) {
    this.file = file;
    this.leaves = leaves;
  }

  /// Reads the whole file.
  static LooseLeaves find(TreeFile file) {
    var found = new ArrayList<Found>();
    long unit = file.headUnits();
    while (unit * file.unitBytes < file.bytes()) {
      var leaf = file.leafAt(unit);
      if (leaf != null) {
        found.add(new Found(leaf.place, leaf.generation, leaf.key(0), leaf.key(leaf.count - 1)));
      }
      unit += leaf == null ? 1 : PageFormat.units(leaf.place);
    }
    found.sort(Comparator.comparingLong(Found::generation).reversed());
    return new LooseLeaves(file, found);
  }

  /// The size of a unit in a file without a head: that with which pages are found.
  static int unitBytes(StoredFile stored, long number) {
    for (int unitBytes : UNITS) {
      for (long at = Head.SLOTS_BYTES; at < stored.size(); at += unitBytes) {
        if (at % unitBytes == 0 && isPage(stored, number, at, unitBytes)) {
          return unitBytes;
        }
      }
    }
    return UNITS[0];
  }

  private static boolean isPage(StoredFile stored, long number, long at, int unitBytes) {
    var header = ByteBuffer.allocate(PageFormat.HEADER_BYTES);
    int read = stored.read(at, header);
    int length = read < PageFormat.HEADER_BYTES ? 0 : header.getInt(PageFormat.LENGTH_AT);
    if (length < PageFormat.HEADER_BYTES || length > stored.size() - at) {
      return false;
    }
    var page = new byte[length];
    stored.read(at, ByteBuffer.wrap(page));
    long place = PageFormat.place(at / unitBytes, (length + unitBytes - 1) / unitBytes);
    return PageFormat.crc(page, length, new PageFormat.Position(number, place))
        == (int) PageFormat.INT.get(page, 0);
  }

  /// What they have of the keys from `low` on and below `end`. Within the keys of a leaf no older
  /// one is looked at: what that has more was deleted.
  SortedMap<Bytes, Pair> within(Bytes low, @Nullable Bytes end) {
    var pairs = new TreeMap<Bytes, Pair>();
    // Of what newer leaves cover: from the first key to the last one, disjoint.
    var covered = new TreeMap<Bytes, Bytes>();
    for (var found : leaves) {
      if (found.last.compareTo(low) < 0 || (end != null && found.first.compareTo(end) >= 0)) {
        continue;
      }
      var leaf = file.read(found.place, found.generation, 0);
      for (int i = 0; i < leaf.count; i++) {
        var key = leaf.key(i);
        if (key.compareTo(low) >= 0
            && (end == null || key.compareTo(end) < 0)
            && !covers(covered, key)) {
          pairs.put(key, new Pair(leaf, i));
        }
      }
      cover(covered, found.first, found.last);
    }
    return pairs;
  }

  private static boolean covers(NavigableMap<Bytes, Bytes> covered, Bytes key) {
    var before = covered.floorEntry(key);
    return before != null && before.getValue().compareTo(key) >= 0;
  }

  private static void cover(NavigableMap<Bytes, Bytes> covered, Bytes first, Bytes last) {
    var from = first;
    var to = last;
    for (var each = covered.floorEntry(last);
        each != null && each.getValue().compareTo(first) >= 0;
        each = covered.floorEntry(last)) {
      from = each.getKey().compareTo(from) < 0 ? each.getKey() : from;
      to = each.getValue().compareTo(to) > 0 ? each.getValue() : to;
      covered.remove(each.getKey());
    }
    covered.put(from, to);
  }
}
