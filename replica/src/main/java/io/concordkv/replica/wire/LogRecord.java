package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.storage.wal.WalRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a group writes into the log of its loop. Read in order, its records make the group's log
/// and hard state again.
public sealed interface LogRecord {
  /// Entries that follow one another and `previous`: they take the place of everything behind it.
  /// `previous` means nothing if there are none.
  record Append(@Nullable HardState hardState, LogPosition previous, List<Entry> entries)
      implements LogRecord {}

  /// The log begins anew behind `mark`: nothing before this counts.
  record Start(SnapshotMark mark) implements LogRecord {}

  /// Entries up to and with `mark` are not needed any more; those behind it stay.
  record Trimmed(SnapshotMark mark) implements LogRecord {}

  /// Whether the member may have lost what it had promised.
  record Suspect(boolean suspect) implements LogRecord {}

  int APPEND = 1;
  int START = 2;
  int TRIMMED = 3;
  int SUSPECT = 4;

  default WalRecord encode(long group) {
    return switch (this) {
      case Append(var hardState, var previous, var entries) -> {
        var out = new ByteWriter(48 + EntryCodec.room(entries));
        out.flag(hardState != null);
        if (hardState != null) {
          out.varint(hardState.term()).u64(hardState.vote()).varint(hardState.committed());
        }
        EntryCodec.write(out, previous);
        EntryCodec.write(out, entries);
        yield new WalRecord(group, APPEND, out.finish());
      }
      case Start(var mark) -> new WalRecord(group, START, mark(mark).finish());
      case Trimmed(var mark) -> new WalRecord(group, TRIMMED, mark(mark).finish());
      case Suspect(var suspect) ->
          new WalRecord(group, SUSPECT, new ByteWriter(1).flag(suspect).finish());
    };
  }

  static LogRecord decode(WalRecord record) {
    var in = new ByteReader(record.payload());
    LogRecord decoded =
        switch (record.kind()) {
          case APPEND -> {
            var hardState = in.flag() ? new HardState(in.varint(), in.u64(), in.varint()) : null;
            var previous = EntryCodec.position(in);
            yield new Append(hardState, previous, EntryCodec.read(in, previous.index() + 1));
          }
          case START -> new Start(EntryCodec.mark(in));
          case TRIMMED -> new Trimmed(EntryCodec.mark(in));
          case SUSPECT -> new Suspect(in.flag());
          default ->
              throw new CorruptionError(
                  "group %x has a record of the unknown kind %d: it needs a newer version"
                      .formatted(record.group(), record.kind()));
        };
    in.end();
    return decoded;
  }

  private static ByteWriter mark(SnapshotMark mark) {
    var out = new ByteWriter();
    EntryCodec.write(out, mark);
    return out;
  }
}
