package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftNode;
import io.concordkv.raft.Ready;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.Wal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Writes one group's records into the log that its loop shares, and knows how much of that log the
/// group still needs.
///
/// Entries are needed until the state has them durably; a hard state and a start are repeated
/// whenever the segments that hold the last ones are to go.
final class GroupWriter {
  /// Entries of one record; a record has a limit, and a single entry may be large.
  private static final long RECORD_BYTES = 1 << 20;

  /// A record of entries that begins at or behind `position` and ends with entry `last`.
  record Written(long position, long last) {}

  private final Env env;
  private final Wal wal;
  private final long group;
  private final ArrayDeque<Written> written = new ArrayDeque<>(1);
  private HardState hardState;
  private boolean suspect;
  private long released;
  private long trimmedTo;

  GroupWriter(Env env, Wal wal, long group, Recovery recovery) {
    this.env = env;
    this.wal = wal;
    this.group = group;
    hardState = recovery.hardState();
    suspect = recovery.suspect();
    released = wal.start();
    trimmedTo = recovery.start().last().index();
    written.addAll(recovery.written());
  }

  void repair(List<LogRecord> records) {
    records.forEach(this::append);
  }

  /// Writes what `ready`, which `raft` has just given out, wants persisted, apart from a snapshot.
  void write(Ready ready, RaftNode raft) {
    var entries = ready.entries();
    var previous =
        entries.isEmpty() ? LogPosition.START : raft.position(entries.getFirst().index() - 1);
    var changed = ready.hardState();
    if (changed != null) {
      if (changed.vote() != hardState.vote()) {
        env.reached("replica/vote");
      }
      hardState = changed;
    }
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).bytes();
      if (bytes > RECORD_BYTES && i > from) {
        append(from == 0 ? previous : entries.get(from - 1).position(), entries.subList(from, i));
        from = i;
        bytes = entries.get(i).bytes();
      }
    }
    var rest = from == 0 ? entries : entries.subList(from, entries.size());
    if (changed != null || !rest.isEmpty()) {
      long position = wal.end();
      var before = from == 0 ? previous : entries.get(from - 1).position();
      append(new LogRecord.Append(changed, rest.isEmpty() ? LogPosition.START : before, rest));
      note(position, rest);
    }
  }

  /// The log begins anew behind `mark`, which the state has durably.
  void restart(SnapshotMark mark) {
    append(new LogRecord.Start(mark));
    written.clear();
    trimmedTo = mark.last().index();
  }

  void suspect(boolean now) {
    suspect = now;
    append(new LogRecord.Suspect(now));
  }

  /// From where on the log is needed by entries behind `index`.
  long neededFrom(long index) {
    for (var record = written.peek(); record != null; record = written.peek()) {
      if (record.last > index) {
        return record.position;
      }
      written.remove();
    }
    return wal.end();
  }

  /// Up to where trimming has given the log free.
  long released() {
    return released;
  }

  /// Entries up to `mark` are not needed: repeats what else is needed, and gives the log in front
  /// of that free once it is durable. Then runs `then`.
  void trim(SnapshotMark mark, Runnable then) {
    long needed = wal.segmentStart(neededFrom(mark.last().index()));
    append(new LogRecord.Trimmed(mark));
    append(new LogRecord.Append(hardState, LogPosition.START, List.of()));
    if (suspect) {
      append(new LogRecord.Suspect(true));
    }
    trimmedTo = mark.last().index();
    wal.sync(
        wal.end(),
        () -> {
          released = Math.max(released, needed);
          then.run();
        });
  }

  long trimmedTo() {
    return trimmedTo;
  }

  private void append(LogPosition previous, List<Entry> entries) {
    long position = wal.end();
    append(new LogRecord.Append(null, previous, new ArrayList<>(entries)));
    note(position, entries);
  }

  private void note(long position, List<Entry> entries) {
    if (!entries.isEmpty()) {
      written.add(new Written(position, entries.getLast().index()));
    }
  }

  private void append(LogRecord record) {
    wal.append(record.encode(group));
  }
}
