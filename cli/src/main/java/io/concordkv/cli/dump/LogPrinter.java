package io.concordkv.cli.dump;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.cli.dump.LogSurvey.Era;
import io.concordkv.cli.dump.LogSurvey.Fate;
import io.concordkv.cli.print.Out;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.LogRecord;
import java.time.Instant;
import java.util.Locale;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Prints what is in a log, a line for each entry and for each other thing that was written down.
final class LogPrinter implements LogSurvey.Visitor {
  private final Out out;
  private final Supplier<Row> rows;
  private final Revisions revisions;
  private final boolean committedOnly;

  LogPrinter(Out out, Supplier<Row> rows, Revisions revisions, boolean committedOnly) {
    this.out = out;
    this.rows = rows;
    this.revisions = revisions;
    this.committedOnly = committedOnly;
  }

  @Override
  public void record(long group, LogRecord record) {
    if (committedOnly) {
      return;
    }
    switch (record) {
      case LogRecord.Append(var state, _, _) -> {
        if (state != null) {
          print(
              rows.get()
                  .number("group", group)
                  .kind("hardState")
                  .number("term", state.term())
                  .id("vote", state.vote())
                  .number("committed", state.committed()));
        }
      }
      case LogRecord.Start(var mark) -> print(mark(group, "start", mark));
      case LogRecord.Trimmed(var mark) -> print(mark(group, "trimmed", mark));
      case LogRecord.Suspect(var suspect) ->
          print(rows.get().number("group", group).kind("suspect").flag("suspect", suspect));
    }
  }

  private Row mark(long group, String kind, SnapshotMark mark) {
    var row = rows.get().number("group", group).number("index", mark.last().index());
    return configuration(row.number("term", mark.last().term()).kind(kind), mark.configuration());
  }

  static Row configuration(Row row, Configuration configuration) {
    row.ids("voters", configuration.voters());
    several(row, "outgoing", configuration.outgoing());
    several(row, "learners", configuration.learners());
    several(row, "learnersNext", configuration.learnersNext());
    return several(row, "witnesses", configuration.witnesses());
  }

  private static Row several(Row row, String name, SortedSet<Long> ids) {
    return ids.isEmpty() ? row : row.ids(name, ids);
  }

  @Override
  public void entry(long group, Era era, Entry entry, Fate fate) {
    if (committedOnly && fate != Fate.COMMITTED) {
      return;
    }
    var row =
        rows.get()
            .number("group", group)
            .number("index", entry.index())
            .number("term", entry.term());
    switch (entry.kind()) {
      case NO_OP -> row.kind("noOp");
      case CONFIGURATION -> configuration(row, entry);
      case COMMAND -> command(row, group, era, entry, fate);
    }
    if (!committedOnly) {
      row.text("state", fate.name().toLowerCase(Locale.ROOT));
    }
    print(row);
  }

  private static void configuration(Row row, Entry entry) {
    row.kind("configuration");
    try {
      var decoded = ConfigurationEntry.decode(entry.payload());
      configuration(row, decoded.next());
      if (!decoded.context().isEmpty()) {
        change(row, EnvelopeCodec.decode(decoded.context()));
      }
    } catch (ConcordException | CorruptionError notOne) {
      row.bytes("payload", entry.payload());
    }
  }

  private static void change(Row row, Envelope envelope) {
    switch (envelope.command()) {
      case Command.Found(var founders) ->
          row.text("change", "found")
              .texts(
                  "peerUrls",
                  founders.stream().flatMap(founder -> founder.peerUrls().stream()).toList());
      case Command.AddMember(var member, var urls, var standing) ->
          row.text("change", "add")
              .id("member", member)
              .texts("peerUrls", urls)
              .text("standing", standing.name().toLowerCase(Locale.ROOT));
      case Command.RemoveMember(var member) -> row.text("change", "remove").id("member", member);
      case Command.ReleaseMembers(var members) ->
          row.text("change", "release")
              .texts("members", members.stream().map("%x"::formatted).toList());
      case Command.PromoteMember(var member) -> row.text("change", "promote").id("member", member);
      case Command.UpdateMember(var member, var urls) ->
          row.text("change", "update").id("member", member).texts("peerUrls", urls);
      case Command.ReplaceMembers(var successions) ->
          row.text("change", "replace")
              .texts("members", successions.stream().map(LogPrinter::succession).toList());
      case Command.Recover(_, var by) ->
          row.text("change", "unsafe recovery")
              .text("by", by)
              .text("at", Instant.ofEpochMilli(envelope.proposedAtMillis()).toString());
      case Command.Publish(var member, var name, var urls, _) ->
          row.text("change", "publish")
              .id("member", member)
              .text("name", name)
              .texts("clientUrls", urls);
      case Command.Change _, Command.Chore _ -> {
        // It is no part of a change of the members.
      }
    }
  }

  private static String succession(Command.Succession each) {
    return "%x by %x at %s"
        .formatted(each.member(), each.successor(), String.join(",", each.peerUrls()));
  }

  private void command(Row row, long group, Era era, Entry entry, Fate fate) {
    Envelope envelope;
    try {
      envelope = EnvelopeCodec.decode(entry.payload());
    } catch (ConcordException | CorruptionError notOfAShard) {
      row.kind("command").bytes("payload", entry.payload());
      return;
    }
    switch (envelope.command()) {
      case Command.Membership _ -> change(row.kind("members"), envelope);
      case Command.EndBar _ -> row.kind("chore").text("chore", "end bar");
      case Command.Purge(var step) ->
          row.kind("chore").text("chore", "purge").number("compactRevision", step.target());
      case Command.Change(var change) -> {
        var request = Requests.of(change);
        row.kind("command").message(request.name(), request.message());
        if (fate == Fate.COMMITTED) {
          outcome(row, revisions.of(group, era, entry));
        }
      }
    }
  }

  private static void outcome(Row row, StoredState.@Nullable Applied applied) {
    if (applied == null) {
      row.unknown("revision");
      return;
    }
    row.number("revision", applied.revision());
    if (applied.rejected() != null) {
      row.text("rejected", applied.rejected().message());
    }
  }

  private void print(Row row) {
    out.line(row.toString());
  }
}
