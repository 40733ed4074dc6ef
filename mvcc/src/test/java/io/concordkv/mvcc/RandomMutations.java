package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Draws mutations and queries over few keys and leases, so that they meet.
public final class RandomMutations {
  private final Random random;

  public RandomMutations(long seed) {
    random = new Random(seed);
  }

  public Random random() {
    return random;
  }

  public Bytes key() {
    var bytes = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = new byte[] {0, 1, 'a', 'b', 'c', (byte) 0xFF}[random.nextInt(6)];
    }
    return Bytes.wrap(bytes);
  }

  public Span span() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> Span.of(key());
      case 2 -> new Span(key(), key());
      case 3 -> Span.prefix(key().slice(0, 1));
      default -> new Span(key(), Bytes.wrap(new byte[1]));
    };
  }

  public RangeQuery query(long revision) {
    var orders = RangeQuery.SortOrder.values();
    var targets = RangeQuery.SortTarget.values();
    boolean plain = random.nextBoolean();
    return new RangeQuery(
        span(),
        random.nextInt(4) == 0 ? random.nextInt(6) - 1 : 0,
        random.nextBoolean() ? 0 : revision + 3 - random.nextLong(Math.min(revision + 4, 40)),
        plain ? RangeQuery.SortOrder.NONE : orders[random.nextInt(orders.length)],
        plain ? RangeQuery.SortTarget.KEY : targets[random.nextInt(targets.length)],
        random.nextInt(4) == 0,
        random.nextInt(6) == 0,
        bound(revision),
        bound(revision),
        bound(revision),
        bound(revision));
  }

  /// @param revision what the keyspace is at, roughly
  public Mutation mutation(long revision) {
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> put();
      case 7, 8, 9 -> new Operation.DeleteRange(span(), random.nextBoolean());
      case 10, 11, 12, 13, 14, 15 -> commit(2, revision);
      case 16 ->
          new Mutation.Compact(
              random.nextInt(3) == 0 ? revision - random.nextInt(12) : revision / 2);
      case 17, 18 -> new Mutation.GrantLease(1 + random.nextInt(4), 60);
      default -> new Mutation.RevokeLease(1 + random.nextInt(4));
    };
  }

  public Operation.Put put() {
    boolean ignoreValue = random.nextInt(6) == 0;
    boolean ignoreLease = random.nextInt(6) == 0;
    return new Operation.Put(
        key(),
        ignoreValue ? Bytes.EMPTY : Bytes.of("v" + random.nextInt(50)),
        ignoreLease || random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(4),
        random.nextInt(4) == 0,
        ignoreValue,
        ignoreLease);
  }

  private Operation.GuardedCommit commit(int depth, long revision) {
    var compares = new ArrayList<Compare>();
    for (int i = random.nextInt(3); i > 0; i--) {
      compares.add(compare(revision));
    }
    var puts = new ArrayList<Bytes>();
    var deletes = new ArrayList<Span>();
    return new Operation.GuardedCommit(
        compares,
        operations(depth, revision, puts, deletes),
        operations(depth, revision, puts, deletes));
  }

  /// No key is put twice or put and deleted: whoever proposes a commit refuses those.
  private List<Operation> operations(
      int depth, long revision, List<Bytes> puts, List<Span> deletes) {
    var operations = new ArrayList<Operation>();
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(depth > 0 ? 4 : 3)) {
        case 0 -> operations.add(new Operation.Range(query(revision)));
        case 1 -> {
          var put = put();
          if (!puts.contains(put.key())
              && deletes.stream().noneMatch(span -> span.contains(put.key()))) {
            puts.add(put.key());
            operations.add(put);
          }
        }
        case 2 -> {
          var delete = new Operation.DeleteRange(span(), random.nextBoolean());
          if (puts.stream().noneMatch(delete.span()::contains)) {
            deletes.add(delete.span());
            operations.add(delete);
          }
        }
        default -> {
          var compares = new ArrayList<Compare>();
          for (int j = random.nextInt(2); j > 0; j--) {
            compares.add(compare(revision));
          }
          operations.add(
              new Operation.GuardedCommit(
                  compares,
                  operations(depth - 1, revision, puts, deletes),
                  operations(depth - 1, revision, puts, deletes)));
        }
      }
    }
    return operations;
  }

  private Compare compare(long revision) {
    var targets = Compare.Target.values();
    var results = Compare.Result.values();
    var target = targets[random.nextInt(targets.length)];
    long number =
        switch (target) {
          case VERSION, LEASE, VALUE -> random.nextInt(4);
          case CREATE, MOD -> random.nextBoolean() ? 0 : random.nextLong(revision + 1);
        };
    return new Compare(
        span(),
        target,
        results[random.nextInt(results.length)],
        number,
        Bytes.of("v" + random.nextInt(50)));
  }

  private long bound(long revision) {
    return random.nextInt(8) == 0 ? random.nextLong(revision + 2) : 0;
  }
}
