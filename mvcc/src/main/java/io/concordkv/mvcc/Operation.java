package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.List;

/// What a guarded commit can do in one of its branches.
public sealed interface Operation {
  record Range(RangeQuery query) implements Operation {}

  /// @param ignoreValue keep the value there is; fails if there is none
  /// @param ignoreLease keep the lease there is; fails if there is no key
  record Put(
      Bytes key,
      Bytes value,
      long lease,
      boolean previous,
      boolean ignoreValue,
      boolean ignoreLease)
      implements Operation, Mutation {}

  record DeleteRange(Span span, boolean previous) implements Operation, Mutation {}

  /// If all of `compares` hold, does `success`, else `failure`: all in one revision.
  record GuardedCommit(List<Compare> compares, List<Operation> success, List<Operation> failure)
      implements Operation, Mutation {
    public GuardedCommit {
      compares = List.copyOf(compares);
      success = List.copyOf(success);
      failure = List.copyOf(failure);
    }
  }
}
