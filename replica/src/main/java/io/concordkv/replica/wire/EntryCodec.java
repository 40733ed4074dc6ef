package io.concordkv.replica.wire;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import java.util.ArrayList;
import java.util.List;

/// The parts that messages and log records share: runs of entries, positions, marks.
final class EntryCodec {
  private static final int MAX_ENTRY_OVERHEAD = 16;

  private EntryCodec() {}

  /// Room that a run of entries takes at most.
  static int room(List<Entry> entries) {
    long room = 10;
    for (var entry : entries) {
      room += entry.payload().length() + MAX_ENTRY_OVERHEAD;
    }
    return Math.toIntExact(room);
  }

  /// Entries that follow one another; where they begin is said elsewhere.
  static void write(ByteWriter out, List<Entry> entries) {
    out.varint(entries.size());
    for (var entry : entries) {
      out.u8(entry.kind().code()).varint(entry.term()).bytes(entry.payload());
    }
  }

  static List<Entry> read(ByteReader in, long first) {
    int count = in.length();
    var entries = new ArrayList<Entry>(count);
    for (int i = 0; i < count; i++) {
      var kind = kind(in.u8());
      entries.add(new Entry(first + i, in.varint(), kind, in.bytes()));
    }
    return entries;
  }

  static void write(ByteWriter out, LogPosition position) {
    out.varint(position.index()).varint(position.term());
  }

  static LogPosition position(ByteReader in) {
    return new LogPosition(in.varint(), in.varint());
  }

  static void write(ByteWriter out, SnapshotMark mark) {
    write(out, mark.last());
    out.bytes(mark.configuration().encode());
  }

  static SnapshotMark mark(ByteReader in) {
    return new SnapshotMark(position(in), Configuration.decode(in.bytes()));
  }

  private static Entry.Kind kind(int code) {
    return switch (code) {
      case 0 -> Entry.Kind.NO_OP;
      case 1 -> Entry.Kind.COMMAND;
      case 2 -> Entry.Kind.CONFIGURATION;
      default ->
          throw new CorruptionError(
              "no kind of entry has the code " + code + ": it needs a newer version");
    };
  }
}
