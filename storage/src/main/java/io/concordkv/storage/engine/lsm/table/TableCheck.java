package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks a table of a closed store: the checksum of each part, and whether the parts make a table
/// in which every key is found.
public final class TableCheck {
  private static final long CACHE_BYTES = 4 << 20;

  private TableCheck() {}

  /// Checks the table that `info` tells of.
  public static void check(FileSystem files, String directory, TableInfo info, Findings findings) {
    try {
      var cache = new BlockCache(CACHE_BYTES);
      var table = Table.open(files, directory, info, cache);
      try {
        findings.file(info.bytes());
        if (isWhole(table, findings)) {
          walk(table);
        }
      } finally {
        table.close();
      }
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
    }
  }

  /// Whether all checksums are right. Goes on behind a part that is damaged.
  private static boolean isWhole(Table table, Findings findings) {
    boolean whole = true;
    var parts = table.parts();
    while (true) {
      try {
        if (parts.next() == 0) {
          return whole;
        }
      } catch (CorruptionError damaged) {
        whole = false;
        findings.damaged(damaged);
      }
    }
  }

  private static void walk(Table table) {
    var info = table.info();
    var path = table.path();
    table.layout();
    long entries = 0;
    long deletions = 0;
    var used = new TreeMap<Long, Long>();
    @Nullable Bytes first = null;
    @Nullable Bytes last = null;
    var run = table.run(true);
    for (run.toCeiling(Bytes.EMPTY); run.valid(); run.next()) {
      var key = run.key();
      var reference = run.reference();
      if ((last != null && last.compareTo(key) >= 0) || !table.span().contains(key)) {
        throw damaged(path, "its keys do not ascend at '" + key + "'");
      }
      if (reference != null) {
        used.merge(reference.file(), (long) reference.length(), Long::sum);
      }
      if (!run.stored().equals(table.find(key, BloomFilter.hash(key)))
          || !table.mayHave(new KeyRange(key, key.successor()))) {
        throw damaged(path, "its key '" + key + "' is not found by its index or filter");
      }
      first = first == null ? key : first;
      entries++;
      deletions += run.deletes() ? 1 : 0;
      last = key;
    }
    var said = new TreeMap<Long, Long>();
    info.values().forEach(use -> said.put(use.file(), use.bytes()));
    if (!used.equals(said)) {
      throw damaged(path, "it refers to other values than it says of itself");
    }
    boolean alone = table.ranges().isEmpty();
    if (entries != info.entries()
        || deletions != info.tombstones()
        || (alone && (!info.smallest().equals(first) || !info.largest().equals(last)))) {
      throw damaged(path, "it has other keys than it says of itself");
    }
  }

  private static CorruptionError damaged(String path, String why) {
    return TableFormat.damaged(path, 0, why);
  }
}
