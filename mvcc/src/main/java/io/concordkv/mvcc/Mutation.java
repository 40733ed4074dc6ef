package io.concordkv.mvcc;

/// What goes through the log and changes a keyspace. Everything in it is decided before it is
/// proposed: applying one reads no clock and draws no number.
public sealed interface Mutation
    permits Operation.Put,
        Operation.DeleteRange,
        Operation.GuardedCommit,
        Mutation.Compact,
        Mutation.GrantLease,
        Mutation.RevokeLease {
  /// Makes revisions below `revision` unreadable.
  record Compact(long revision) implements Mutation {}

  record GrantLease(long id, long ttlSeconds) implements Mutation {}

  /// Ends a lease, and with it its keys, in one revision.
  record RevokeLease(long id) implements Mutation {}
}
