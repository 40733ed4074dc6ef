package io.concordkv.node.shard;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.PurgeStep;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.SnapshotMark;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Entries that become one batch of the engine. A bar ends only behind a run.
///
/// An entry that may change many keys is a run of its own, since what it makes of the engine is
/// seen only when it is done; so is a step of purging, which looks at what was written before.
final class Run {
  final List<Mutation> changes = new ArrayList<>();

  /// Who asked for the changes, in their order.
  final List<RequestId> requests = new ArrayList<>();

  final List<Aside> asides = new ArrayList<>();

  /// Who asked for chores.
  final List<RequestId> chores = new ArrayList<>();

  /// The position of the last entry, with the configuration behind it.
  SnapshotMark after;

  @Nullable PurgeStep purge;
  boolean endsBar;

  /// It is one entry, which weighs what it writes.
  boolean heavy;

  private Run(SnapshotMark before) {
    after = before;
  }

  /// The first run of `entries` from place `from` on; there is at least one.
  static Run first(List<Entry> entries, int from, SnapshotMark before, Bars bars) {
    var run = new Run(before);
    for (int place = from; place < entries.size() && !run.endsBar; place++) {
      var entry = entries.get(place);
      var command = entry.kind() == Entry.Kind.COMMAND ? decode(entry.payload()) : null;
      boolean alone = command != null && command.isAlone();
      if (alone && place > from) {
        return run;
      }
      run.add(entry, command);
      if (alone) {
        run.heavy = true;
        return run;
      }
      run.endsBar |= bars.add(entry);
    }
    return run;
  }

  /// Up to which place of `entries` it goes.
  int end(List<Entry> entries, int from) {
    return from + (int) (after.last().index() - entries.get(from).index()) + 1;
  }

  private record Decoded(Command command, RequestId request, Aside aside) {
    boolean isAlone() {
      return switch (command) {
        case Command.Change(var mutation) -> mayChangeMany(mutation);
        case Command.Purge _ -> true;
        case Command.EndBar _, Command.Membership _ -> false;
      };
    }
  }

  private static Decoded decode(Bytes payload) {
    var envelope = EnvelopeCodec.decode(payload);
    return new Decoded(envelope.command(), envelope.request(), new Aside(envelope, null));
  }

  private static boolean mayChangeMany(Mutation mutation) {
    return switch (mutation) {
      case Operation.DeleteRange delete -> !delete.span().single();
      case Operation.GuardedCommit commit ->
          commit.success().stream().anyMatch(Run::mayDeleteMany)
              || commit.failure().stream().anyMatch(Run::mayDeleteMany);
      case Mutation.RevokeLease _ -> true;
      case Operation.Put _, Mutation.GrantLease _, Mutation.Compact _ -> false;
    };
  }

  private static boolean mayDeleteMany(Operation operation) {
    return switch (operation) {
      case Operation.DeleteRange delete -> !delete.span().single();
      case Operation.GuardedCommit commit -> mayChangeMany(commit);
      case Operation.Put _, Operation.Range _ -> false;
    };
  }

  private void add(Entry entry, @Nullable Decoded command) {
    var configuration = after.configuration();
    if (entry.kind() == Entry.Kind.CONFIGURATION) {
      asides.add(Aside.of(ConfigurationEntry.decode(entry.payload())));
      configuration = entry.after(configuration);
    }
    after = new SnapshotMark(entry.position(), configuration);
    if (command == null) {
      return;
    }
    switch (command.command()) {
      case Command.Change(var mutation) -> {
        changes.add(mutation);
        requests.add(command.request());
      }
      case Command.Membership _ -> asides.add(command.aside());
      case Command.EndBar _ -> {
        chores.add(command.request());
        endsBar = true;
      }
      case Command.Purge(var step) -> {
        chores.add(command.request());
        purge = step;
      }
    }
  }
}
