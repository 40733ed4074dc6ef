package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.List;

/// Draws mutations and queries over few keys and leases, so that they meet.
public final class RandomMutations {
  private final Gen gen;

  public RandomMutations(Gen gen) {
    this.gen = gen;
  }

  public Bytes key() {
    var bytes = new byte[1 + gen.below(3)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = new byte[] {0, 1, 'a', 'b', 'c', (byte) 0xFF}[gen.below(6)];
    }
    return Bytes.wrap(bytes);
  }

  public Span span() {
    return switch (gen.below(5)) {
      case 0, 1 -> Span.of(key());
      case 2 -> new Span(key(), key());
      case 3 -> Span.prefix(key().slice(0, 1));
      default -> new Span(key(), Bytes.wrap(new byte[1]));
    };
  }

  public RangeQuery query(long revision) {
    var orders = RangeQuery.SortOrder.values();
    var targets = RangeQuery.SortTarget.values();
    boolean plain = gen.flag();
    return new RangeQuery(
        span(),
        gen.below(4) == 0 ? gen.below(6) - 1 : 0,
        gen.flag() ? 0 : revision + 3 - gen.below((int) Math.min(revision + 4, 40)),
        plain ? RangeQuery.SortOrder.NONE : orders[gen.below(orders.length)],
        plain ? RangeQuery.SortTarget.KEY : targets[gen.below(targets.length)],
        gen.below(4) == 0,
        gen.below(6) == 0,
        bound(revision),
        bound(revision),
        bound(revision),
        bound(revision));
  }

  /// @param revision what the keyspace is at, roughly
  public Mutation mutation(long revision) {
    return switch (gen.below(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> put();
      case 7, 8, 9 -> new Operation.DeleteRange(span(), gen.flag());
      case 10, 11, 12, 13, 14, 15 -> commit(2, revision);
      case 16 -> new Mutation.Compact(gen.below(3) == 0 ? revision - gen.below(12) : revision / 2);
      case 17, 18 -> new Mutation.GrantLease(1 + gen.below(4), 60);
      default -> new Mutation.RevokeLease(1 + gen.below(4));
    };
  }

  public Operation.Put put() {
    boolean ignoreValue = gen.below(6) == 0;
    boolean ignoreLease = gen.below(6) == 0;
    return new Operation.Put(
        key(),
        ignoreValue ? Bytes.EMPTY : Bytes.of("v" + gen.below(50)),
        ignoreLease || gen.below(3) > 0 ? 0 : 1 + gen.below(4),
        gen.below(4) == 0,
        ignoreValue,
        ignoreLease);
  }

  private Operation.GuardedCommit commit(int depth, long revision) {
    var compares = new ArrayList<Compare>();
    for (int i = gen.below(3); i > 0; i--) {
      compares.add(compare(revision));
    }
    var puts = new ArrayList<Bytes>();
    return new Operation.GuardedCommit(
        compares, operations(depth, revision, puts), operations(depth, revision, puts));
  }

  /// No key is put twice, or put and then deleted: whoever proposes a commit refuses those. A put
  /// behind a deletion can slip through at etcd.
  private List<Operation> operations(int depth, long revision, List<Bytes> puts) {
    var operations = new ArrayList<Operation>();
    for (int i = gen.below(4); i > 0; i--) {
      switch (gen.below(depth > 0 ? 4 : 3)) {
        case 0 -> operations.add(new Operation.Range(query(revision)));
        case 1 -> {
          var put = put();
          if (!puts.contains(put.key())) {
            puts.add(put.key());
            operations.add(put);
          }
        }
        case 2 -> {
          var delete = new Operation.DeleteRange(span(), gen.flag());
          if (puts.stream().noneMatch(delete.span()::contains)) {
            operations.add(delete);
          }
        }
        default -> {
          var compares = new ArrayList<Compare>();
          for (int j = gen.below(2); j > 0; j--) {
            compares.add(compare(revision));
          }
          operations.add(
              new Operation.GuardedCommit(
                  compares,
                  operations(depth - 1, revision, puts),
                  operations(depth - 1, revision, puts)));
        }
      }
    }
    return operations;
  }

  private Compare compare(long revision) {
    var targets = Compare.Target.values();
    var results = Compare.Result.values();
    var target = targets[gen.below(targets.length)];
    long number =
        switch (target) {
          case VERSION, LEASE, VALUE -> gen.below(4);
          case CREATE, MOD -> gen.flag() ? 0 : gen.below((int) revision + 2);
        };
    return new Compare(
        span(), target, results[gen.below(results.length)], number, Bytes.of("v" + gen.below(50)));
  }

  private long bound(long revision) {
    return gen.below(8) == 0 ? gen.below((int) revision + 2) : 0;
  }
}
