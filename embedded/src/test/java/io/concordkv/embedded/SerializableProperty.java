package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients with locks, clients without and single writes, all at one store in virtual time. Each
/// transaction that commits has to have read what is there when all are run one after the other, in
/// the order of the commits: no lost update, no write skew, no phantom. And all come to an end.
final class SerializableProperty {
  private static final int CLIENTS = 6;
  private static final int TRANSACTIONS = 10;
  private static final int KEYS = 8;

  /// What was found where a transaction looked.
  private record Read(KeyRange range, SortedMap<Bytes, Bytes> found) {
    boolean holdsIn(TreeMap<Bytes, Bytes> content) {
      return in(content, range).equals(found);
    }
  }

  private record Done(List<Read> reads, WriteBatch batch) {}

  @ParameterizedTest
  @EnumSource
  void transactions_are_as_if_run_one_after_the_other(Deadlocks rule) {
    Gen.check(40, gen -> new Run(gen, rule).run());
  }

  private static final class Run {
    private final Gen gen;
    private final StoreWorld world;
    private final TreeMap<Long, Done> commits = new TreeMap<>();
    private final List<List<Read>> readers = new ArrayList<>();
    private long numbers;
    private int finished;

    private Run(Gen gen, Deadlocks rule) {
      this.gen = gen;
      var options =
          Options.DEFAULT
              .withEngine("redblack")
              .withLocks(LockOptions.DEFAULT.withDeadlocks(rule))
              .withDurability(
                  gen.oneOf(Durability.GROUPED, Durability.interval(Duration.ofMillis(5))));
      world = new StoreWorld(gen.seed(), options);
      world.simulation.withoutFaultSites();
    }

    private void run() {
      world.open(_ -> {});
      for (int i = 0; i < CLIENTS; i++) {
        new Client(this, gen.below(3)).next(TRANSACTIONS);
      }
      // Well below the time that one waits for a lock, times the number of transactions.
      boolean _ = world.simulation.runUntil(() -> finished == CLIENTS, Duration.ofSeconds(20));
      assertThat(finished).as("clients that came to their end").isEqualTo(CLIENTS);
      assertThat(world.failures).isEmpty();

      var contents = new ArrayList<TreeMap<Bytes, Bytes>>();
      contents.add(new TreeMap<>());
      commits.forEach((sequence, done) -> {
        assertThat(sequence).isEqualTo(contents.size());
        var content = new TreeMap<>(contents.getLast());
        assertThat(done.reads)
            .allSatisfy(read -> assertThat(in(content, read.range)).isEqualTo(read.found));
        for (var change : done.batch.changes()) {
          switch (change) {
            case WriteBatch.Change.Put(var key, var value) -> content.put(key, value);
            case WriteBatch.Change.Delete(var key) -> content.remove(key);
            case WriteBatch.Change.DeleteRange(var range) ->
                content.keySet().removeIf(range::contains);
          }
        }
        contents.add(content);
      });
      assertThat(world.content()).isEqualTo(contents.getLast());
      for (var reads : readers) {
        assertThat(contents)
            .anyMatch(content -> reads.stream().allMatch(read -> read.holdsIn(content)));
      }
    }
  }

  /// One of the kinds 0 (single writes), 1 (optimistic) and 2 (with locks).
  private static final class Client {
    private final Run run;
    private final Gen gen;
    private final int kind;
    private final List<Read> reads = new ArrayList<>();
    private final TreeSet<Bytes> written = new TreeSet<>();
    private TreeMap<Bytes, Bytes> moment = new TreeMap<>();
    private long since;
    private long number;
    private int left;

    private Client(Run run, int kind) {
      this.run = run;
      this.kind = kind;
      gen = run.gen.fork();
    }

    private void later(Runnable task) {
      run.world.after(Duration.ofNanos(gen.below(3_000_000)), task);
    }

    private void next(int transactions) {
      left = transactions;
      if (left == 0) {
        run.finished++;
        return;
      }
      number = ++run.numbers;
      later(this::begin);
    }

    private void begin() {
      reads.clear();
      written.clear();
      moment = new TreeMap<>(run.world.content());
      since = run.world.published;
      if (kind == 0) {
        written.add(key());
        written.add(key());
        commit();
      } else {
        step(gen.between(1, 5));
      }
    }

    private void step(int steps) {
      if (steps == 0) {
        commit();
        return;
      }
      var key = key();
      boolean writes = gen.oneIn(3);
      KeyRange range =
          writes || gen.flag() ? new KeyRange(key, key.successor()) : new KeyRange(key, end(key));
      Runnable then =
          () -> {
            if (writes) {
              written.add(key);
            } else {
              reads.add(new Read(range, in(moment, range)));
            }
            later(() -> step(steps - 1));
          };
      if (kind == 1) {
        then.run();
        return;
      }
      boolean single = range.to() != null && range.to().equals(key.successor());
      Wish wish =
          single
              ? Wish.key(writes || gen.oneIn(3) ? LockMode.EXCLUSIVE : LockMode.SHARED, key)
              : Wish.range(gen.oneIn(5) ? LockMode.EXCLUSIVE : LockMode.SHARED, range);
      run.world.lock(
          number,
          wish,
          outcome -> {
            if (outcome instanceof Outcome.Done) {
              moment = new TreeMap<>(run.world.content());
              then.run();
            } else {
              again(outcome);
            }
          });
    }

    private void again(Outcome outcome) {
      if (outcome instanceof Outcome.GaveWay(var to, _)) {
        assertThat(to).isLessThan(number);
        run.world.store().end(number);
        run.world.store().awaitEnd(to, () -> later(this::begin));
      } else {
        assertThat(outcome).isInstanceOf(Outcome.Conflicted.class);
        assertThat(kind).isEqualTo(1);
        later(this::begin);
      }
    }

    private void commit() {
      var done = new Done(List.copyOf(reads), batch());
      if (written.isEmpty()) {
        run.readers.add(done.reads);
        run.world.store().end(number);
        next(left - 1);
        return;
      }
      var ranges = reads.stream().map(Read::range).toList();
      var claims = kind == 1 ? new Claims(since, List.of(), ranges) : Claims.NONE;
      run.world.submit(
          done.batch,
          claims,
          kind == 2 ? number : Commit.NO_TRANSACTION,
          outcome -> {
            if (outcome instanceof Outcome.Done(var sequence)) {
              run.commits.put(sequence, done);
              next(left - 1);
            } else {
              again(outcome);
            }
          });
    }

    private WriteBatch batch() {
      var batch = new WriteBatch();
      // Nobody with locks: it would have to lock the range.
      if (kind < 2 && gen.oneIn(4)) {
        var from = key();
        batch.deleteRange(new KeyRange(from, gen.oneIn(5) ? null : end(from)));
      }
      for (var key : written) {
        if (gen.oneIn(3)) {
          batch.delete(key);
        } else {
          batch.put(key, Bytes.of(number + "-" + gen.below(100)));
        }
      }
      return batch;
    }

    private Bytes key() {
      return Bytes.of("key-" + (char) ('a' + gen.below(KEYS)));
    }

    private Bytes end(Bytes key) {
      var other = key();
      return other.compareTo(key) > 0 ? other : Bytes.of("key-z");
    }
  }

  private static SortedMap<Bytes, Bytes> in(Map<Bytes, Bytes> content, KeyRange range) {
    var found = new TreeMap<>(content);
    found.keySet().removeIf(key -> !range.contains(key));
    return found;
  }
}
