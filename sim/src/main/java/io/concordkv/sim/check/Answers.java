package io.concordkv.sim.check;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;

/// The names of the checks that compare what clients are told with the model.
public final class Answers {
  public static final String PUT = "model.put";
  public static final String DELETE = "model.delete";
  public static final String COMMIT = "model.txn";
  public static final String COMPACT = "model.compact";
  public static final String LEASE = "model.lease";
  public static final String RANGE = "model.range";
  public static final String HEADER = "model.header";

  private Answers() {}

  static String check(Mutation mutation) {
    return switch (mutation) {
      case Operation.Put _ -> PUT;
      case Operation.DeleteRange _ -> DELETE;
      case Operation.GuardedCommit _ -> COMMIT;
      case Mutation.Compact _ -> COMPACT;
      case Mutation.GrantLease _, Mutation.RevokeLease _ -> LEASE;
    };
  }

  /// Such a commit is answered without the log.
  public static boolean readsOnly(Operation.GuardedCommit commit) {
    return commit.success().stream().allMatch(Operation.Range.class::isInstance)
        && commit.failure().stream().allMatch(Operation.Range.class::isInstance);
  }
}
