package io.concordkv.sim.model;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.raft.Configuration;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// One committed entry, and what is the case once it is applied.
///
/// @param nanos when the oracle first saw it committed
/// @param envelope the command, by itself or beside a configuration; null if there is none
/// @param outcome what whoever asked for it is to be told; null unless it changes the keyspace
/// @param compactRevision -1 if never compacted
/// @param configuration null until the first one that is an entry
/// @param published what each member has said of itself, by its id
public record Step(
    long index,
    long term,
    long nanos,
    @Nullable Envelope envelope,
    @Nullable Outcome outcome,
    long revision,
    long compactRevision,
    SortedMap<Long, Long> leases,
    @Nullable Configuration configuration,
    SortedMap<Long, Command.Publish> published) {
  /// The change of the keyspace that it asks for, if it does.
  public @Nullable Mutation mutation() {
    return envelope != null && envelope.command() instanceof Command.Change(var mutation)
        ? mutation
        : null;
  }
}
