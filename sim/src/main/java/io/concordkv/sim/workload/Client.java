package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Call;
import io.concordkv.sim.check.Outcome;
import io.concordkv.sim.cluster.SimNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One client: asks, waits for the answer, gives up after a while, thinks, asks again.
final class Client {
  private static final long MAX_THINK_NANOS = Duration.ofMillis(150).toNanos();
  private static final long MIN_PATIENCE_MILLIS = 500;
  private static final long MAX_PATIENCE_MILLIS = 9000;

  /// Of the calls that a client chooses from, those that only read.
  private static final int FIRST_READ = 3;

  private static final int READS = 5;

  private final int number;
  private final Clients world;
  private final SplittableRandom chance;

  /// It never writes, so nothing that is not answered keeps it from asking a leader that is none
  /// any more.
  private final boolean reader;

  private @Nullable SimNode node;
  private long call;

  Client(int number, Clients world, SplittableRandom chance) {
    this.number = number;
    this.world = world;
    this.chance = chance;
    reader = chance.nextInt(3) == 0;
  }

  void start() {
    think();
  }

  private void think() {
    if (!world.stopped()) {
      world.after(chance.nextLong(MAX_THINK_NANOS), this::ask);
    }
  }

  private void ask() {
    var up = world.up();
    if (up.isEmpty()) {
      think();
      return;
    }
    if (node == null || node.up() == null || chance.nextInt(20) == 0) {
      node = up.get(chance.nextInt(up.size()));
    }
    var key = world.key(chance);
    switch (reader ? FIRST_READ + chance.nextInt(READS) : chance.nextInt(12)) {
      case 0, 1, 2 -> put(key);
      case FIRST_READ, 4, 5 -> get(key);
      case 6, 7 -> getSerializable(key);
      case 8 -> delete(key);
      case 9 -> world.side(node, chance, this::think);
      default -> compareAndPut(key);
    }
  }

  private void put(String key) {
    long value = world.freshValue();
    boolean previous = chance.nextBoolean();
    var put = new Operation.Put(Bytes.of(key), value(value), 0, previous, false, false);
    write(
        key,
        new Action.Put(value),
        put,
        result -> {
          var before = ((Result.PutDone) result).previous();
          return previous ? new Outcome.Saw(number(before)) : new Outcome.Done();
        });
  }

  private void delete(String key) {
    write(
        key,
        new Action.Delete(),
        new Operation.DeleteRange(
            chance.nextBoolean()
                ? Span.of(Bytes.of(key))
                : Requests.numbered(Bytes.of(key), world.freshValue()),
            true),
        result -> {
          var before = ((Result.Deleted) result).previous();
          return new Outcome.Saw(before.isEmpty() ? Call.ABSENT : number(before.getFirst()));
        });
  }

  private void compareAndPut(String key) {
    long expected = world.likely(key);
    long value = world.freshValue();
    var span = Span.of(Bytes.of(key));
    var compare =
        expected == Call.ABSENT
            ? new Compare(span, Compare.Target.VERSION, Compare.Result.EQUAL, 0, Bytes.EMPTY)
            : new Compare(span, Compare.Target.VALUE, Compare.Result.EQUAL, 0, value(expected));
    var commit =
        new Operation.GuardedCommit(
            List.of(compare), puts(key, value), List.of(new Operation.Range(RangeQuery.of(span))));
    write(
        key,
        new Action.CompareAndPut(expected, value),
        commit,
        result -> {
          var committed = (Result.Committed) result;
          return committed.succeeded()
              ? new Outcome.Saw(expected)
              : new Outcome.Saw(number(pair((Result.Ranged) committed.results().getFirst())));
        });
  }

  private List<Operation> puts(String key, long value) {
    var put = new Operation.Put(Bytes.of(key), value(value), 0, false, false, false);
    return world.twins()
        ? List.of(put, new Operation.Put(twin(key), value(value), 0, false, false, false))
        : List.of(put);
  }

  /// A key that is only ever written together with `key`.
  private static Bytes twin(String key) {
    return Bytes.of("twin/" + key);
  }

  private interface Told {
    Outcome outcome(Result result);
  }

  private void write(String key, Action action, Mutation mutation, Told told) {
    var to = asked();
    long invoked = world.history().now();
    long mine = expectAnswer(() -> world.history().unanswered(number, key, action, invoked));
    var ask = world.writes().ask(mutation, to.id());
    up(to)
        .write(
            mutation,
            world.answers(
                ask,
                answer -> {
                  if (settle(mine)) {
                    var outcome = told.outcome(answer.value());
                    world.history().answered(number, key, action, outcome, invoked);
                    world.learnt(key, action, outcome);
                    think();
                  }
                },
                code -> {
                  if (settle(mine)) {
                    if (code != ErrorCode.TOO_MANY_REQUESTS) {
                      world.history().unanswered(number, key, action, invoked);
                    }
                    node = null;
                    think();
                  }
                }));
  }

  private void get(String key) {
    var to = asked();
    long invoked = world.history().now();
    long mine = expectAnswer(() -> {});
    var ask = world.reads().linearizable(to.name(), to.id());
    var query = RangeQuery.of(Span.of(Bytes.of(key)));
    up(to)
        .range(
            query,
            false,
            new Reply<Answer<Result.Ranged>>() {
              @Override
              public void done(Answer<Result.Ranged> answer) {
                world.reads().ranged(ask, query, answer);
                world.reads().acknowledged(answer.header().revision());
                if (settle(mine)) {
                  var outcome = new Outcome.Saw(number(pair(answer.value())));
                  world.history().answered(number, key, new Action.Get(), outcome, invoked);
                  world.learnt(key, new Action.Get(), outcome);
                  think();
                }
              }

              @Override
              public void failed(ConcordException error) {
                if (settle(mine)) {
                  node = null;
                  think();
                }
              }
            });
  }

  private void getSerializable(String key) {
    var to = asked();
    var running = up(to);
    long mine = expectAnswer(() -> {});
    var store = running.shard().store();
    var ask =
        world.reads().serializable(to.name(), to.id(), store.revision(), store.compactRevision());
    var query = RangeQuery.of(Span.of(Bytes.of(key)));
    running.range(
        query,
        true,
        new Reply<Answer<Result.Ranged>>() {
          @Override
          public void done(Answer<Result.Ranged> answer) {
            world.reads().ranged(ask, query, answer);
            if (settle(mine)) {
              think();
            }
          }

          @Override
          public void failed(ConcordException error) {
            if (settle(mine)) {
              think();
            }
          }
        });
  }

  /// Names the call that is under way, and gives it up in time; `givenUp` then notes that.
  private long expectAnswer(Runnable givenUp) {
    long mine = ++call;
    long patience = chance.nextLong(MIN_PATIENCE_MILLIS, MAX_PATIENCE_MILLIS);
    world.after(
        Duration.ofMillis(patience).toNanos(),
        () -> {
          if (settle(mine)) {
            givenUp.run();
            node = null;
            think();
          }
        });
    return mine;
  }

  /// Whether `mine` is still the call under way; after this it is not.
  private boolean settle(long mine) {
    if (mine != call) {
      return false;
    }
    call++;
    return true;
  }

  private SimNode asked() {
    return Objects.requireNonNull(node);
  }

  private static Node up(SimNode node) {
    return Objects.requireNonNull(node.up());
  }

  private static @Nullable KeyValue pair(Result.Ranged ranged) {
    return ranged.pairs().isEmpty() ? null : ranged.pairs().getFirst();
  }

  private static Bytes value(long number) {
    return Bytes.of(Long.toString(number));
  }

  private static long number(@Nullable KeyValue pair) {
    return pair == null ? Call.ABSENT : Long.parseLong(pair.value().toUtf8());
  }
}
