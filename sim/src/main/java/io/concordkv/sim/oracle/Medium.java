package io.concordkv.sim.oracle;

import io.concordkv.base.env.FileSystem;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.WalFollower;
import io.concordkv.storage.wal.WalRecord;
import java.util.Arrays;

/// What one member's medium holds of its log and its hard state: read from the bytes that no power
/// cut can take any more, not from what the member believes.
final class Medium {
  private final WalFollower log;
  private final long group;
  private long[] terms = new long[256];
  private long last;

  /// Entries up to here are in the durable state; the log need not have them.
  private long start;

  private HardState hardState = HardState.START;

  /// @param directory where the member's write-ahead log lies
  Medium(FileSystem files, String directory, long group) {
    this.log = new WalFollower(files, directory);
    this.group = group;
  }

  boolean holds(LogPosition position) {
    log.follow(this::take);
    return position.index() <= start
        || (position.index() <= last && terms[(int) position.index()] == position.term());
  }

  /// Whether it holds `index` as it was in `term`, or has gone on to a later term.
  boolean holdsOrLater(long index, long term) {
    log.follow(this::take);
    return index <= Math.max(start, last) || newestTerm() > term;
  }

  /// Whether a vote for `candidate` in `term` cannot be forgotten or given twice.
  boolean holdsVote(long term, long candidate) {
    log.follow(this::take);
    return newestTerm() > term || (hardState.term() == term && hardState.vote() == candidate);
  }

  LogPosition last() {
    return new LogPosition(last, last == 0 ? 0 : terms[(int) last]);
  }

  private long newestTerm() {
    return Math.max(hardState.term(), last().term());
  }

  private void take(WalRecord record) {
    if (record.group() != group) {
      return;
    }
    switch (LogRecord.decode(record)) {
      case LogRecord.Append(var state, var previous, var entries) -> {
        if (!entries.isEmpty()) {
          last = previous.index();
          entries.forEach(this::append);
        }
        if (state != null) {
          hardState = state;
        }
      }
      case LogRecord.Start(var mark) -> {
        begin(mark);
        last = mark.last().index();
      }
      case LogRecord.Trimmed(var mark) -> {
        begin(mark);
        last = Math.max(last, mark.last().index());
      }
      case LogRecord.Suspect _ -> {}
    }
  }

  private void begin(SnapshotMark mark) {
    start = mark.last().index();
    put(mark.last());
  }

  private void append(Entry entry) {
    put(entry.position());
    last = entry.index();
  }

  private void put(LogPosition position) {
    if (position.index() >= terms.length) {
      terms = Arrays.copyOf(terms, (int) Math.max(position.index() + 1, terms.length * 2L));
    }
    terms[(int) position.index()] = position.term();
  }
}
