package io.concordkv.cli.dump;

import io.concordkv.raft.Entry;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.WalRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a first look over a whole log says of the entries in it: which of them stayed, and which
/// are committed. That is known only once everything behind them was read.
final class LogSurvey implements Consumer<WalRecord> {
  private final TreeMap<Long, Group> groups = new TreeMap<>();

  /// What became of an entry in the log.
  enum Fate {
    /// It is committed: no later leader can have another one in its place.
    COMMITTED,
    /// It is in the log, but nothing here says that it is committed.
    UNCOMMITTED,
    /// A later entry of the same or a lower index took its place, or a snapshot did.
    OVERWRITTEN
  }

  /// A stretch of a group's log without gaps: until it began anew.
  static final class Era {
    private long[] writers = new long[64];
    private int size;
    private long first;
    private long committed;

    private void append(long from, int count, long ordinal) {
      if (size == 0 || from <= first) {
        first = from;
        size = 0;
      }
      size = Math.toIntExact(from - first);
      if (writers.length < size + count) {
        writers = Arrays.copyOf(writers, Math.max(2 * writers.length, size + count));
      }
      for (int i = 0; i < count; i++) {
        writers[size++] = ordinal + i;
      }
    }

    /// The index of its first entry; 0 if it has none.
    long first() {
      return first;
    }

    /// The index of its last entry.
    long last() {
      return first + size - 1;
    }

    /// Up to where what it has is committed.
    long committed() {
      return Math.min(committed, last());
    }

    private boolean follows(long from) {
      return size == 0 || from <= last() + 1;
    }

    private Fate fate(long index, long ordinal, boolean newest) {
      boolean stayed = index >= first && index <= last() && stays(index, ordinal);
      if (!stayed) {
        return Fate.OVERWRITTEN;
      }
      return index <= committed ? Fate.COMMITTED : newest ? Fate.UNCOMMITTED : Fate.OVERWRITTEN;
    }

    private boolean stays(long index, long ordinal) {
      return writers[(int) (index - first)] == ordinal;
    }
  }

  /// One group's log. Entries are counted in the order in which they were written.
  static final class Group {
    private final List<Era> eras = new ArrayList<>(List.of(new Era()));
    private long written;

    private void add(LogRecord record) {
      switch (record) {
        case LogRecord.Append(var state, var previous, var entries) -> {
          if (!entries.isEmpty()) {
            long first = previous.index() + 1;
            if (!newest().follows(first)) {
              eras.add(new Era());
            }
            newest().append(first, entries.size(), written);
            written += entries.size();
          }
          if (state != null) {
            newest().committed = Math.max(newest().committed, state.committed());
          }
        }
        case LogRecord.Start _ -> {
          if (written > 0) {
            eras.add(new Era());
          }
        }
        case LogRecord.Trimmed _, LogRecord.Suspect _ -> {}
      }
    }

    Era newest() {
      return eras.getLast();
    }

    /// The state has applied up to `index`, so that is committed.
    void applied(long index) {
      newest().committed = Math.max(newest().committed, index);
    }
  }

  @Override
  public void accept(WalRecord record) {
    groups.computeIfAbsent(record.group(), _ -> new Group()).add(LogRecord.decode(record));
  }

  @Nullable Group group(long id) {
    return groups.get(id);
  }

  /// Goes over the same records again, with what is known of them by now.
  Walk walk(Visitor visitor) {
    return new Walk(visitor);
  }

  /// Gets what is in the log, in its order.
  interface Visitor {
    /// A record; its entries follow one by one.
    void record(long group, LogRecord record);

    void entry(long group, Era era, Entry entry, Fate fate);
  }

  /// The second look.
  final class Walk implements Consumer<WalRecord> {
    private final Visitor visitor;
    private final TreeMap<Long, Progress> progress = new TreeMap<>();

    private Walk(Visitor visitor) {
      this.visitor = visitor;
    }

    private static final class Progress {
      private int era;
      private long written;
      private long last;
    }

    @Override
    public void accept(WalRecord record) {
      var decoded = LogRecord.decode(record);
      var at = progress.computeIfAbsent(record.group(), _ -> new Progress());
      visitor.record(record.group(), decoded);
      if (decoded instanceof LogRecord.Start && at.written > 0) {
        at.era++;
        at.last = 0;
      }
      if (!(decoded instanceof LogRecord.Append append) || append.entries().isEmpty()) {
        return;
      }
      if (at.last > 0 && append.previous().index() > at.last) {
        at.era++;
      }
      var group = groups.get(record.group());
      if (group == null) {
        throw new IllegalStateException("a group was not there before");
      }
      var era = group.eras.get(at.era);
      for (var entry : append.entries()) {
        var fate = era.fate(entry.index(), at.written, era == group.newest());
        at.written++;
        visitor.entry(record.group(), era, entry, fate);
      }
      at.last = append.entries().getLast().index();
    }
  }
}
