package io.concordkv.cli.dump;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.cli.print.Out;
import io.concordkv.mvcc.StoredRow;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.StoredPair;
import io.concordkv.raft.SnapshotMark;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Prints the pairs of an engine as what they mean.
final class PairRows {
  private final Out out;
  private final Supplier<Row> rows;

  PairRows(Out out, Supplier<Row> rows) {
    this.out = out;
    this.rows = rows;
  }

  /// @param value null if the pair says that the key is deleted
  void print(Bytes key, @Nullable Bytes value) {
    var row = rows.get();
    StoredPair pair;
    try {
      pair = StoredPair.read(key, value);
    } catch (ConcordException | CorruptionError foreign) {
      pair = new StoredPair.Unknown();
    }
    switch (pair) {
      case StoredPair.OfMember(var id, var member) ->
          member(row.kind("member").id("id", id), member);
      case StoredPair.Removed(var id, var released) ->
          row.kind("removedMember").id("id", id).flag("released", released);
      case StoredPair.Applied(var mark) -> applied(row.kind("applied"), mark);
      case StoredPair.OfKeyspace(var of) -> keyspace(row, of);
      case StoredPair.Unknown _ -> {
        row.kind("unknown").bytes("storedKey", key);
        if (value != null) {
          row.bytes("storedValue", value);
        }
      }
    }
    if (value == null) {
      row.flag("deleted", true);
    }
    out.line(row.toString());
  }

  private static void member(Row row, @Nullable Member member) {
    if (member != null) {
      row.text("name", member.name())
          .texts("peerUrls", member.peerUrls())
          .texts("clientUrls", member.clientUrls())
          .text("standing", member.standing().name().toLowerCase(Locale.ROOT));
    }
  }

  private static void applied(Row row, @Nullable SnapshotMark mark) {
    if (mark != null) {
      row.number("index", mark.last().index()).number("term", mark.last().term());
      LogPrinter.configuration(row, mark.configuration());
    }
  }

  private static void keyspace(Row row, StoredRow of) {
    switch (of) {
      case StoredRow.Version(var pair, int sub, boolean tombstone) -> {
        row.kind(tombstone ? "tombstone" : "key")
            .bytes("key", pair.key())
            .number("revision", pair.modRevision())
            .number("sub", sub);
        if (!tombstone) {
          row.number("createRevision", pair.createRevision())
              .number("version", pair.version())
              .id("lease", pair.lease())
              .bytes("value", pair.value());
        }
      }
      case StoredRow.Change(long revision, int sub, var key) -> {
        row.kind("history").number("revision", revision).number("sub", sub);
        if (key != null) {
          row.bytes("key", key);
        }
      }
      case StoredRow.Granted(var lease) ->
          row.kind("lease").id("id", lease.id()).number("ttlSeconds", lease.ttlSeconds());
      case StoredRow.State(long revision, long compacted, long purged) ->
          row.kind("keyspace")
              .number("revision", revision)
              .number("compactRevision", compacted)
              .number("purgedRevision", purged);
    }
  }
}
