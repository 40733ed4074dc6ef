package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Intake;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Copies prepared tables into tables of the engine.
///
/// They are copied, not linked, since the checksums of a table name the store's number for it, and
/// since every byte has to be read anyway before it is trusted. So the files stay their owner's,
/// may lie on another disk, and get the blocks, filters and sizes of this engine.
final class LsmIntake implements Intake {
  /// All of them are open at once.
  static final int MAX_FILES = 1000;

  private static final int STEP_BYTES = 1 << 20;

  private final TableStore store;
  private final long tableBytes;
  private final FileSystem from;
  private final List<String> paths;
  private final List<Input> inputs = new ArrayList<>();
  private LsmReplacement copy;
  private @Nullable TableRun run;
  private @Nullable Bytes last;
  private boolean opened;
  private boolean closed;
  private int at;
  private long entries;
  private long entriesBefore;
  private List<Levels.Placed> placed = List.of();

  private record Input(String path, Table table) {}

  LsmIntake(TableStore store, long tableBytes, FileSystem from, List<String> paths) {
    this.store = store;
    this.tableBytes = tableBytes;
    this.from = from;
    this.paths = List.copyOf(paths);
    copy = new LsmReplacement(store, tableBytes);
  }

  @Override
  public boolean step() {
    if (!opened) {
      opened = true;
      open();
    }
    for (long copied = 0; at < inputs.size(); at++) {
      var input = inputs.get(at);
      while (advance(input)) {
        if (store.isClosed() || copied >= STEP_BYTES) {
          return false;
        }
        var key = run().key();
        var value = run().value();
        copied += key.length() + (value == null ? 0 : value.length());
        copy.add(key, value);
        entries++;
        last = key;
      }
      checkEnd(input);
      copy.cut();
      run = null;
      last = null;
    }
    close();
    copy.seal();
    return true;
  }

  private void open() {
    if (paths.isEmpty() || paths.size() > MAX_FILES) {
      throw new ConcordException(
          ErrorCode.BAD_TABLE,
          "1 to " + MAX_FILES + " files are taken in at once, not " + paths.size());
    }
    for (var path : paths) {
      inputs.add(new Input(path, Table.openPrepared(from, path)));
    }
    for (var input : inputs) {
      if (input.table.info().deletesRanges()) {
        throw new ConcordException(
            ErrorCode.BAD_TABLE,
            input.path + " deletes ranges, which a prepared table does not. Make it anew");
      }
    }
    for (var input : inputs) {
      if (!input.table.info().values().isEmpty()) {
        throw new ConcordException(
            ErrorCode.BAD_TABLE,
            input.path + " refers to value files, which a prepared table does not. Make it anew");
      }
    }
    inputs.sort(Comparator.comparing(input -> input.table.info().smallest()));
    for (int i = 1; i < inputs.size(); i++) {
      var before = inputs.get(i - 1);
      var next = inputs.get(i);
      if (before.table.info().largest().compareTo(next.table.info().smallest()) >= 0) {
        throw new ConcordException(
            ErrorCode.BAD_TABLE,
            "the keys of %s overlap those of %s: '%s' is in the range of both. Merge them first"
                .formatted(before.path, next.path, next.table.info().smallest()));
      }
    }
  }

  /// Goes to the next entry that is not copied yet; false if there is none.
  private boolean advance(Input input) {
    try {
      var walk = run;
      if (walk == null) {
        walk = input.table.run(false);
        run = walk;
        walk.toCeiling(Bytes.EMPTY);
        entriesBefore = entries;
      } else if (last != null && walk.valid() && walk.key().equals(last)) {
        walk.next();
      }
      if (!walk.valid()) {
        return false;
      }
      var info = input.table.info();
      var low = last == null ? info.smallest() : last;
      int order = walk.key().compareTo(low);
      if (last == null ? order != 0 : order <= 0) {
        throw refuse(input, "its keys do not ascend at '" + walk.key() + "'");
      }
      return true;
    } catch (IndexOutOfBoundsException malformed) {
      throw refuse(input, "a block of it is not one of entries");
    }
  }

  private void checkEnd(Input input) {
    var info = input.table.info();
    if (entries - entriesBefore != info.entries() || !info.largest().equals(last)) {
      throw refuse(input, "it has other keys than it says of itself");
    }
  }

  private static CorruptionError refuse(Input input, String why) {
    return new CorruptionError(input.path, 0, why + ". Nothing of it was taken in; make it anew");
  }

  @Override
  public List<KeyRange> ranges() {
    return inputs.stream().map(input -> within(input.table)).toList();
  }

  private static KeyRange within(Table table) {
    return new KeyRange(table.info().smallest(), table.info().largest().successor());
  }

  @Override
  public long entries() {
    return entries;
  }

  /// Finds each table its level, on the loop, with everything that was written before in levels;
  /// false if they have to be copied once more. `running` is the compaction that is under way.
  boolean place(Levels levels, AtWork running) {
    var found = new ArrayList<Levels.Placed>();
    for (var table : copy.tables()) {
      var info = table.info();
      int level = Placement.deepest(levels, running, table);
      if (level == 0
          && levels.overlapping(0, table.span()).stream()
              .anyMatch(other -> other.info().id() > info.id())) {
        return false;
      }
      found.add(new Levels.Placed(level, table));
    }
    placed = found;
    return true;
  }

  /// In level 0 the number of a table is its age, and what was written while these were copied was
  /// flushed since. So they get new numbers. By a worker.
  boolean renew() {
    var old = copy;
    var fresh = new LsmReplacement(store, tableBytes);
    for (var table : old.tables()) {
      if (store.isClosed()) {
        return false;
      }
      var walk = table.run(false);
      for (walk.toCeiling(Bytes.EMPTY); walk.valid(); walk.next()) {
        fresh.add(walk.key(), walk.value());
      }
      fresh.cut();
    }
    fresh.seal();
    copy = fresh;
    old.abandon();
    return true;
  }

  /// Where [#place] put them. They are the engine's from now on.
  List<Levels.Placed> placed() {
    return placed;
  }

  @Override
  public void abandon() {
    close();
    copy.abandon();
  }

  private void close() {
    if (!closed) {
      closed = true;
      inputs.forEach(input -> input.table.close());
    }
  }

  private TableRun run() {
    return Objects.requireNonNull(run);
  }
}
