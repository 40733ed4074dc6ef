package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// Draws requests of all shapes over few keys, so that they meet. Whatever writes is unlike
/// anything that was drawn before, but for some deletions.
final class Requests {
  static final Bytes PREFIX = Bytes.of("api/");

  private static final int KEYS = 6;
  private static final Bytes ZERO = Bytes.wrap(new byte[1]);

  private final SplittableRandom chance;
  private final LongSupplier fresh;
  private final LongSupplier lease;

  /// @param fresh numbers that nobody else gets
  /// @param lease the id of a lease that there may be, or 0
  Requests(SplittableRandom chance, LongSupplier fresh, LongSupplier lease) {
    this.chance = chance;
    this.fresh = fresh;
    this.lease = lease;
  }

  private Bytes key() {
    return PREFIX.plus(Bytes.wrap(new byte[] {(byte) ('a' + chance.nextInt(KEYS))}));
  }

  /// Keys of this workload only.
  private Span own() {
    return switch (chance.nextInt(6)) {
      case 0 -> Span.prefix(PREFIX);
      case 1 -> new Span(key(), key());
      case 2 -> new Span(key(), Bytes.of("api/z"));
      default -> Span.of(key());
    };
  }

  /// Any keys.
  Span span() {
    return switch (chance.nextInt(8)) {
      case 0 -> Span.prefix(Bytes.EMPTY);
      case 1 -> new Span(key(), ZERO);
      default -> own();
    };
  }

  /// Writes nothing but the one key, and the number in the end of its range tells it from others.
  Operation.DeleteRange delete() {
    boolean previous = chance.nextBoolean();
    if (chance.nextInt(3) == 0) {
      return new Operation.DeleteRange(own(), previous);
    }
    return new Operation.DeleteRange(numbered(key(), fresh.getAsLong()), previous);
  }

  /// The one key, in words that `number` makes different from all others.
  static Span numbered(Bytes key, long number) {
    return new Span(key, key.successor().plus(Bytes.of(Long.toString(number))));
  }

  Operation.Put put() {
    boolean ignoreValue = chance.nextInt(8) == 0;
    boolean ignoreLease = chance.nextInt(8) == 0;
    return new Operation.Put(
        key(),
        ignoreValue ? Bytes.EMPTY : Bytes.of(Long.toString(fresh.getAsLong())),
        ignoreLease || chance.nextInt(3) > 0 ? 0 : lease.getAsLong(),
        chance.nextBoolean(),
        ignoreValue,
        ignoreLease);
  }

  /// @param compacted about where the history begins
  RangeQuery query(long revision, long compacted) {
    boolean plain = chance.nextBoolean();
    return new RangeQuery(
        span(),
        chance.nextInt(3) == 0 ? chance.nextInt(6) : 0,
        at(revision, compacted),
        plain ? RangeQuery.SortOrder.NONE : some(RangeQuery.SortOrder.values()),
        plain ? RangeQuery.SortTarget.KEY : some(RangeQuery.SortTarget.values()),
        chance.nextInt(5) == 0,
        chance.nextInt(8) == 0,
        bound(revision),
        bound(revision),
        bound(revision),
        bound(revision));
  }

  /// Mostly now, else a moment that somebody remembers, at times one that is gone or yet to come.
  long at(long revision, long compacted) {
    return switch (chance.nextInt(8)) {
      case 0 -> Math.max(1, compacted);
      case 1 -> Math.max(1, compacted - 1);
      case 2 -> Math.max(1, revision - chance.nextInt(20));
      case 3 -> revision + chance.nextInt(3);
      default -> 0;
    };
  }

  /// Reads only.
  Operation.GuardedCommit questions(long revision, long compacted) {
    return new Operation.GuardedCommit(
        List.of(compare(revision)), ranges(revision, compacted), ranges(revision, compacted));
  }

  private List<Operation> ranges(long revision, long compacted) {
    var ranges = new ArrayList<Operation>();
    for (int i = chance.nextInt(3); i > 0; i--) {
      ranges.add(new Operation.Range(query(revision, compacted)));
    }
    return ranges;
  }

  /// Writes in both branches, whatever else it does.
  Operation.GuardedCommit commit(long revision, long compacted) {
    var puts = new ArrayList<Bytes>();
    var success = branch(2, revision, compacted, puts);
    var failure = branch(2, revision, compacted, puts);
    success.add(put(puts));
    failure.add(put(puts));
    var compares = new ArrayList<Compare>();
    for (int i = chance.nextInt(3); i > 0; i--) {
      compares.add(compare(revision));
    }
    var any = Compare.Result.ANY;
    compares.add(
        new Compare(Span.of(key()), Compare.Target.VERSION, any, fresh.getAsLong(), Bytes.EMPTY));
    return new Operation.GuardedCommit(compares, success, failure);
  }

  Operation.GuardedCommit commitThatReadsAt(long revision) {
    var read = new Operation.Range(RangeQuery.of(Span.prefix(Bytes.EMPTY)).at(revision));
    return new Operation.GuardedCommit(List.of(), List.of(read, put(new ArrayList<>())), List.of());
  }

  /// A key that no other operation of the commit touches.
  private Operation put(List<Bytes> puts) {
    var key = PREFIX.plus(Bytes.of("own" + puts.size()));
    puts.add(key);
    return new Operation.Put(
        key, Bytes.of(Long.toString(fresh.getAsLong())), 0, false, false, false);
  }

  /// Nothing is put twice, or put and deleted: whoever proposes a commit refuses those.
  private List<Operation> branch(int depth, long revision, long compacted, List<Bytes> puts) {
    var operations = new ArrayList<Operation>();
    for (int i = chance.nextInt(4); i > 0; i--) {
      switch (chance.nextInt(depth > 0 ? 5 : 4)) {
        case 0, 1 -> operations.add(new Operation.Range(query(revision, compacted)));
        case 2 -> {
          var put = put();
          if (!puts.contains(put.key())) {
            puts.add(put.key());
            operations.add(put);
          }
        }
        case 3 -> {
          var span = own();
          if (puts.stream().noneMatch(span::contains)) {
            operations.add(new Operation.DeleteRange(span, chance.nextBoolean()));
          }
        }
        default ->
            operations.add(
                new Operation.GuardedCommit(
                    chance.nextBoolean() ? List.of() : List.of(compare(revision)),
                    branch(depth - 1, revision, compacted, puts),
                    branch(depth - 1, revision, compacted, puts)));
      }
    }
    return operations;
  }

  private Compare compare(long revision) {
    var target = some(Compare.Target.values());
    long number =
        switch (target) {
          case VERSION, VALUE -> chance.nextInt(4);
          case LEASE -> lease.getAsLong();
          case CREATE, MOD -> chance.nextBoolean() ? 0 : revision - chance.nextInt(30);
        };
    var value = Bytes.of(Integer.toString(chance.nextInt(1000)));
    return new Compare(span(), target, some(Compare.Result.values()), number, value);
  }

  private long bound(long revision) {
    return chance.nextInt(10) == 0 ? Math.max(0, revision - chance.nextInt(50)) : 0;
  }

  private <T> T some(T[] values) {
    return values[chance.nextInt(values.length)];
  }
}
