package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.ManifestRescue;
import io.concordkv.storage.engine.lsm.table.BlockCache;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.RescueRun;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableCheck;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.ValueCheck;
import io.concordkv.storage.engine.lsm.table.ValueFiles;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The files of a closed engine, damaged or not, which are only read.
///
/// Which version of a key is the newest follows from where tables lie: of level 0 the highest
/// number first, then level after level. A manifest of which records are damaged still names most
/// tables by those that are whole. Tables that no record names are taken for newer than all that
/// are named, since the tables of a lost edit are new, and among themselves in the order of their
/// marks and numbers. That is right for those that were flushed. A table that a compaction wrote
/// has the highest mark of what went into it, and may lie below another one with a lower mark; so
/// where two unnamed tables have different versions of a key, that is told.
final class LsmFiles {
  private final FileSystem files;
  private final String directory;
  private final Findings findings;
  private final ValueFiles values;
  private final List<Table> open = new ArrayList<>();

  LsmFiles(FileSystem files, String directory, Findings findings) {
    this.files = files;
    this.directory = directory;
    this.findings = findings;
    this.values = new ValueFiles(files, directory);
  }

  /// Returns the mark, or -1 if it cannot be told.
  static long check(FileSystem files, String directory, Findings findings) {
    var manifest = ManifestRescue.read(files, directory, LsmEngine.TREE, findings);
    var placed = new TreeMap<Long, TableInfo>();
    for (var each : manifest.tables()) {
      placed.put(each.table().id(), each.table());
      long before = findings.damageCount();
      TableCheck.check(files, directory, each.table(), findings);
      if (findings.damageCount() > before) {
        findings.note(
            "the table %016x is in level %d and has keys from '%s' to '%s'"
                .formatted(
                    each.table().id(),
                    each.level(),
                    each.table().smallest(),
                    each.table().largest()));
      }
    }
    checkValues(files, directory, placed.values(), findings);
    if (manifest.whole()) {
      checkLevels(directory, manifest.tables(), findings);
      return manifest.mark();
    }
    var unnamed = new ArrayList<TableInfo>();
    for (var id : ids(files, directory)) {
      if (!placed.containsKey(id)) {
        var info = info(files, directory, id, findings);
        if (info != null) {
          TableCheck.check(files, directory, info, findings);
          unnamed.add(info);
        }
      }
    }
    checkValues(files, directory, unnamed, findings);
    return -1;
  }

  /// Checks each value file to which one of `tables` refers.
  private static void checkValues(
      FileSystem files, String directory, Collection<TableInfo> tables, Findings findings) {
    var uses = new TreeMap<Long, ValueUse>();
    var copies = new TreeMap<Long, Copies>();
    for (var table : tables) {
      for (var use : table.values()) {
        uses.put(use.file(), use);
        copies.put(use.file(), table.copies());
      }
    }
    uses.forEach((id, use) ->
        ValueCheck.check(files, directory, use, Objects.requireNonNull(copies.get(id)), findings));
  }

  private static void checkLevels(String directory, List<Edit.Placed> placed, Findings findings) {
    for (int level = 1; level < Levels.COUNT; level++) {
      int number = level;
      var tables =
          placed.stream()
              .filter(each -> each.level() == number)
              .map(Edit.Placed::table)
              .sorted(Comparator.comparing(TableInfo::smallest))
              .toList();
      for (int i = 1; i < tables.size(); i++) {
        // Where a range that is deleted ends another table may begin.
        if (tables.get(i - 1).largest().compareTo(tables.get(i).smallest()) > 0) {
          findings.damaged(
              "%s: the tables %016x and %016x of level %d overlap"
                  .formatted(directory, tables.get(i - 1).id(), tables.get(i).id(), level));
        }
      }
    }
  }

  private static List<Long> ids(FileSystem files, String directory) {
    return files.list(directory).stream()
        .map(TableFormat::id)
        .filter(id -> id >= 0)
        .distinct()
        .toList();
  }

  /// What the file of a table says of itself; null if it does not say it any more.
  private static @Nullable TableInfo info(
      FileSystem files, String directory, long id, Findings findings) {
    try {
      var table = Table.openAlone(files, directory, id);
      table.close();
      return table.info();
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      findings.note("which keys the table %016x had cannot be told: it is left out".formatted(id));
      return null;
    }
  }

  /// Returns the highest mark of which anything is known; -1 if nothing is.
  long rescue(BiConsumer<Bytes, Bytes> pairs) {
    var manifest = ManifestRescue.read(files, directory, LsmEngine.TREE, findings);
    long mark = manifest.mark();
    var unnamed = manifest.whole() ? List.<TableInfo>of() : unnamed(manifest.tables());
    var runs = new ArrayList<Run>();
    try {
      for (var info : unnamed) {
        mark = Math.max(mark, info.mark());
        add(runs, info);
      }
      int uncertain = runs.size();
      for (var placed : newestFirst(manifest.tables())) {
        mark = Math.max(mark, placed.table().mark());
        add(runs, placed.table());
      }
      merge(runs, uncertain, pairs);
    } finally {
      open.forEach(Table::close);
    }
    return mark == 0 && !manifest.whole() ? -1 : mark;
  }

  private List<TableInfo> unnamed(List<Edit.Placed> named) {
    var found = new ArrayList<TableInfo>();
    for (var id : ids(files, directory)) {
      if (named.stream().noneMatch(each -> each.table().id() == id)) {
        var info = info(files, directory, id, findings);
        if (info != null) {
          found.add(info);
        }
      }
    }
    found.sort(
        Comparator.comparingLong(TableInfo::mark).thenComparingLong(TableInfo::id).reversed());
    return found;
  }

  private static List<Edit.Placed> newestFirst(List<Edit.Placed> tables) {
    var order =
        Comparator.comparingInt(Edit.Placed::level)
            .thenComparing(
                Comparator.<Edit.Placed>comparingLong(each -> each.table().id()).reversed());
    return tables.stream().sorted(order).toList();
  }

  private void add(List<Run> runs, TableInfo info) {
    try {
      var table = Table.open(files, directory, info, new BlockCache(0), values);
      open.add(table.checked());
      findings.file(info.bytes());
      runs.add(new RescueRun(table, findings));
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      lose(info);
    }
  }

  private void lose(TableInfo info) {
    findings.lost(
        new KeyRange(info.smallest(), info.largest().successor()),
        true,
        TableFormat.path(directory, info) + ", which may have deleted all keys behind them, too");
  }

  /// @param uncertain so many runs at the front are in an order that is only probable
  private void merge(List<Run> runs, int uncertain, BiConsumer<Bytes, Bytes> pairs) {
    var merge = new Merge(runs, Order.ASCENDING);
    long doubtful = 0;
    var doubts = uncertain > 1 ? new Doubts(runs.subList(0, uncertain)) : null;
    for (merge.toCeiling(Bytes.EMPTY); merge.valid(); merge.step()) {
      if (doubts != null && doubts.concern(merge.key())) {
        doubtful++;
      }
      if (!merge.deletes()) {
        var value = value(merge);
        if (value != null) {
          pairs.accept(merge.key(), value);
        }
      }
    }
    if (doubtful > 0) {
      findings.note(
          doubtful
              + " keys have different versions in tables whose order is not known for certain: the"
              + " result has that of the table with the highest mark, which may be an older one,"
              + " or one that was deleted");
    }
  }

  /// The value of a key that is not deleted; null if it lies elsewhere and cannot be read.
  private @Nullable Bytes value(Merge merge) {
    try {
      return merge.value();
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      var key = merge.key();
      findings.lost(
          new KeyRange(key, key.successor()), false, String.valueOf(damaged.getMessage()));
      return null;
    }
  }

  /// Whether several runs stand on a key with different values, asked before the merge goes on.
  private record Doubts(List<Run> runs) {
    boolean concern(Bytes key) {
      Run first = null;
      for (var run : runs) {
        if (run.valid() && run.key().equals(key)) {
          if (first == null) {
            first = run;
          } else if (!isSame(first, run)) {
            return true;
          }
        }
      }
      return false;
    }

    private static boolean isSame(Run one, Run other) {
      try {
        var reference = one.reference();
        boolean shared = reference != null && reference.equals(other.reference());
        return shared || Objects.equals(one.value(), other.value());
      } catch (CorruptionError unreadable) {
        return false;
      }
    }
  }
}
