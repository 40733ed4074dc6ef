package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which tables make up the content, at one moment. Immutable; each change makes a new one.
///
/// The tables of level 0 may overlap and stand newest first; those of a deeper level are disjoint
/// and stand in the order of their keys. What a level says of a key is newer than what all deeper
/// ones say. It has holders: the engine while it is current, open views, a compaction. The last one
/// to let go leaves it to the loop to see which tables nobody needs any more.
final class Levels {
  /// Enough for the runs of several sizes below level 0, each in a level of its own.
  static final int COUNT = 13;

  static final int BOTTOM = COUNT - 1;

  private static final Comparator<Table> NEWEST_FIRST =
      Comparator.<Table>comparingLong(table -> table.info().id()).reversed();
  private static final Comparator<Table> BY_KEY =
      Comparator.comparing(table -> table.info().smallest());

  private final List<List<Table>> levels;
  private final List<@Nullable LevelDeletions> deletions = new ArrayList<>();

  /// All from here on are empty.
  private final int count;

  private final AtomicInteger holders = new AtomicInteger(1);

  private Levels(List<List<Table>> levels) {
    this.levels = levels;
    levels.forEach(tables -> deletions.add(LevelDeletions.of(tables)));
    int count = COUNT;
    while (count > 0 && levels.get(count - 1).isEmpty()) {
      count--;
    }
    this.count = count;
  }

  /// A table in its level.
  record Placed(int level, Table table) {}

  static Levels of(List<Placed> placed) {
    var levels = new ArrayList<List<Table>>();
    for (int level = 0; level < COUNT; level++) {
      levels.add(new ArrayList<>());
    }
    for (var each : placed) {
      levels.get(each.level()).add(each.table());
      each.table().retain();
    }
    for (int level = 0; level < COUNT; level++) {
      levels.get(level).sort(level == 0 ? NEWEST_FIRST : BY_KEY);
    }
    return new Levels(levels.stream().map(List::copyOf).toList());
  }

  /// A table that overlaps another one of its level below the first, where each key is in one table
  /// only; null if there is none.
  static @Nullable Table overlap(List<Placed> placed) {
    var sorted = placed.stream().filter(each -> each.level() > 0).toArray(Placed[]::new);
    Arrays.sort(
        sorted, Comparator.comparingInt(Placed::level).thenComparing(Placed::table, BY_KEY));
    for (int i = 1; i < sorted.length; i++) {
      var before = sorted[i - 1].table().span();
      var table = sorted[i].table();
      if (sorted[i].level() == sorted[i - 1].level() && before.overlaps(table.span())) {
        return table;
      }
    }
    return null;
  }

  /// What comes of this when `removed` go and `added` come.
  Levels with(List<Table> removed, List<Placed> added) {
    var placed = new ArrayList<Placed>();
    for (int level = 0; level < COUNT; level++) {
      for (var table : levels.get(level)) {
        if (!removed.contains(table)) {
          placed.add(new Placed(level, table));
        }
      }
    }
    placed.addAll(added);
    return of(placed);
  }

  /// By any thread that may rely on another holder for the moment.
  Levels retain() {
    holders.incrementAndGet();
    return this;
  }

  /// Whether the caller was the last holder and must have the loop retire it.
  boolean release() {
    return holders.decrementAndGet() == 0;
  }

  List<Table> level(int level) {
    return levels.get(level);
  }

  List<Table> all() {
    return levels.stream().flatMap(List::stream).toList();
  }

  /// As [Table#get].
  @Nullable Bytes get(Bytes key, long hash) {
    var first = levels.get(0);
    for (int i = 0; i < first.size(); i++) {
      var table = first.get(i);
      if (table.span().contains(key)) {
        var answer = table.get(key, hash);
        if (answer != null) {
          return answer;
        }
      }
    }
    for (int level = 1; level < count; level++) {
      var tables = levels.get(level);
      int at = firstEndingAtOrAbove(tables, key);
      if (at < tables.size() && tables.get(at).span().contains(key)) {
        var answer = tables.get(at).get(key, hash);
        if (answer != null) {
          return answer;
        }
      }
    }
    return null;
  }

  /// The ranges that a level below the first deletes of deeper ones; null if there are none.
  @Nullable Deletions deletions(int level) {
    return deletions.get(level);
  }

  /// The tables of a level that may have or delete keys in `range`.
  List<Table> overlapping(int level, KeyRange range) {
    return levels.get(level).stream().filter(table -> table.span().overlaps(range)).toList();
  }

  /// From the first key of `tables` to their last.
  static KeyRange hull(List<Table> tables) {
    var from = tables.getFirst().span().from();
    var to = tables.getFirst().span().to();
    for (var table : tables) {
      var span = table.span();
      from = span.from().compareTo(from) < 0 ? span.from() : from;
      var end = span.to();
      to = to == null || end == null ? null : end.compareTo(to) > 0 ? end : to;
    }
    return new KeyRange(from, to);
  }

  /// Whether a level below `level` may have keys in `range`.
  boolean mayHaveBelow(int level, KeyRange range) {
    for (int deeper = level + 1; deeper < COUNT; deeper++) {
      var tables = levels.get(deeper);
      int at = firstEndingAtOrAbove(tables, range.from());
      if (at < tables.size() && tables.get(at).span().overlaps(range)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a level below `level` may have `key`.
  boolean mayHaveBelow(int level, Bytes key) {
    for (int deeper = level + 1; deeper < count; deeper++) {
      var tables = levels.get(deeper);
      int at = firstEndingAtOrAbove(tables, key);
      if (at < tables.size() && tables.get(at).span().contains(key)) {
        return true;
      }
    }
    return false;
  }

  /// Each table with its level. Which copies they are is no matter.
  List<String> layout() {
    var all = new ArrayList<String>();
    for (int level = 0; level < COUNT; level++) {
      for (var table : levels.get(level)) {
        all.add("level %d: %s".formatted(level, table.info().with(Copies.NONE)));
      }
    }
    return all;
  }

  /// The value files to which the tables refer, and how much of each they use together. By id.
  List<ValueUse> values() {
    var uses = new TreeMap<Long, ValueUse>();
    for (var table : all()) {
      for (var use : table.info().values()) {
        uses.merge(use.file(), use, ValueUse::plus);
      }
    }
    return List.copyOf(uses.values());
  }

  /// Which copies of its files the content has.
  Copies copies() {
    var all = new TreeMap<Long, Integer>();
    this.all().forEach(table -> all.putAll(table.info().copies().numbers()));
    return all.isEmpty() ? Copies.NONE : new Copies(all);
  }

  /// The numbers of all files, ascending.
  List<Long> files() {
    var tables = all().stream().map(table -> table.info().id());
    return Stream.concat(tables, values().stream().map(ValueUse::file)).sorted().toList();
  }

  long bytes(int level) {
    return bytes(levels.get(level));
  }

  static long bytes(List<Table> tables) {
    long sum = 0;
    for (var table : tables) {
      sum += table.info().bytes();
    }
    return sum;
  }

  /// About how many keys live: every table's keys, less the deletions and what they delete. A table
  /// that lies wholly in a range that a newer one deletes, or one of `newer`, has none.
  long count(List<DeletedRanges> newer) {
    var above = new ArrayList<>(newer);
    long sum = 0;
    for (int level = 0; level < COUNT; level++) {
      var deleted = new ArrayList<DeletedRanges>();
      for (var table : levels.get(level)) {
        if (above.stream().noneMatch(ranges -> ranges.contains(table.span()))) {
          sum += table.info().entries() - 2 * table.info().tombstones();
        }
        if (table.info().deletesRanges()) {
          // Within level 0 the tables overlap, the newest first.
          (level == 0 ? above : deleted).add(readable(table));
        }
      }
      above.addAll(deleted);
    }
    return sum;
  }

  /// What it deletes, or nothing where that is damaged: to count is not to read, and whoever reads
  /// there gets to know.
  private static DeletedRanges readable(Table table) {
    try {
      return table.ranges();
    } catch (CorruptionError _) {
      return DeletedRanges.NONE;
    }
  }

  /// About how many bytes are not superseded: from the deepest level up, the tables that lie over
  /// nothing, and the values to which they refer.
  long liveBytes() {
    var live = new ArrayList<Table>();
    for (int level = BOTTOM; level >= 0; level--) {
      var below = List.copyOf(live);
      for (var table : levels.get(level)) {
        if (below.stream().noneMatch(deeper -> deeper.span().overlaps(table.span()))) {
          live.add(table);
        }
      }
    }
    return bytes(live)
        + live.stream().mapToLong(each -> ValueUse.bytes(each.info().values())).sum();
  }

  /// Of disjoint tables in order: the first that ends at or above `key`.
  static int firstEndingAtOrAbove(List<Table> tables, Bytes key) {
    int low = 0;
    int high = tables.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (tables.get(middle).endsBelow(key)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Of disjoint tables in order: the first that starts at or above `key`.
  static int firstStartingAtOrAbove(List<Table> tables, Bytes key) {
    int low = 0;
    int high = tables.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (tables.get(middle).info().smallest().compareTo(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
