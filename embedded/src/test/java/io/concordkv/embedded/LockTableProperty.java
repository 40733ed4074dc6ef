package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.LockTable.Event;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The table beside a model that knows only sets of ten keys and looks at everybody each time: who
/// gets what and when, who may give way, and that all who wait get through in the end.
final class LockTableProperty {
  private static final int KEYS = 10;
  private static final int OWNERS = 9;
  private static final int STEPS = 120;

  /// A wish, held or waited for.
  private static final class Claim {
    private final long owner;
    private final boolean exclusive;
    private final BitSet keys;
    private final List<Claim> ahead = new ArrayList<>();

    private Claim(long owner, boolean exclusive, BitSet keys) {
      this.owner = owner;
      this.exclusive = exclusive;
      this.keys = keys;
    }

    private boolean contends(Claim other) {
      return owner != other.owner && (exclusive || other.exclusive) && keys.intersects(other.keys);
    }
  }

  private static final class Model {
    private final List<Claim> held = new ArrayList<>();
    private final List<Claim> waiting = new ArrayList<>();

    private boolean waits(long owner) {
      return waiting.stream().anyMatch(claim -> claim.owner == owner);
    }

    private boolean holds(long owner) {
      return held.stream().anyMatch(claim -> claim.owner == owner);
    }

    private List<Long> waitsFor(long owner) {
      return waiting.stream()
          .filter(claim -> claim.owner == owner)
          .flatMap(claim -> obstacles(claim).stream())
          .map(claim -> claim.owner)
          .toList();
    }

    private List<Claim> obstacles(Claim claim) {
      var found = new ArrayList<Claim>();
      held.stream().filter(claim::contends).forEach(found::add);
      claim.ahead.stream().filter(waiting::contains).forEach(found::add);
      return found;
    }

    /// By way of transactions that are not younger than `youngest`, and writes.
    private boolean reaches(long from, long to, long youngest) {
      var seen = new ArrayList<Long>();
      var open = new ArrayList<>(List.of(from));
      while (!open.isEmpty()) {
        for (long next : waitsFor(open.removeLast())) {
          if (next == to) {
            return true;
          }
          if (next <= youngest && !seen.contains(next)) {
            seen.add(next);
            open.add(next);
          }
        }
      }
      return false;
    }

    private boolean ask(Claim claim) {
      boolean has =
          claim.keys.stream()
              .allMatch(key ->
                  held.stream()
                      .anyMatch(own ->
                          own.owner == claim.owner
                              && own.keys.get(key)
                              && (own.exclusive || !claim.exclusive)));
      var passed = new ArrayList<Claim>();
      for (var earlier : waiting) {
        if (claim.contends(earlier)) {
          boolean waitsForIt = reaches(earlier.owner, claim.owner, Long.MAX_VALUE);
          (waitsForIt ? passed : claim.ahead).add(earlier);
        }
      }
      if (has || obstacles(claim).isEmpty()) {
        held.add(claim);
        return true;
      }
      passed.forEach(other -> other.ahead.add(claim));
      waiting.add(claim);
      return false;
    }

    private List<Long> advance() {
      var granted = new ArrayList<Long>();
      for (var claim : List.copyOf(waiting)) {
        if (obstacles(claim).isEmpty()) {
          waiting.remove(claim);
          held.add(claim);
          granted.add(claim.owner);
        }
      }
      return granted;
    }

    private void drop(long owner) {
      held.removeIf(claim -> claim.owner == owner);
      waiting.removeIf(claim -> claim.owner == owner);
    }
  }

  private static final class Run {
    private final Gen gen;
    private final Deadlocks rule;
    private final LockTable table;
    private final Model model = new Model();
    private final TreeMap<Long, LockOwner> owners = new TreeMap<>();
    private long transactions;
    private long writes;

    private Run(Gen gen, Deadlocks rule) {
      this.gen = gen;
      this.rule = rule;
      table = new LockTable(rule, 1000, 10_000);
    }

    private void run() {
      for (int i = 0; i < STEPS; i++) {
        while (owners.size() < OWNERS) {
          long number = gen.oneIn(4) ? - ++writes : ++transactions;
          owners.put(number, new LockOwner(number));
        }
        var owner = gen.oneOf(List.copyOf(owners.values()));
        if (owner.wait != null) {
          if (gen.oneIn(12)) {
            model.waiting.removeIf(claim -> claim.owner == owner.number);
            table.cancel(owner);
            check(owner, model.advance());
            if (!owner.isTransaction()) {
              owners.remove(owner.number);
            }
          }
        } else if (owner.loss != null
            || owner.committing
            || gen.oneIn(8)
            || (owner.locks() > 0 && !owner.isTransaction())) {
          release(owner);
        } else if (owner.locks() > 0 && gen.oneIn(12)) {
          table.commits(owner);
        } else {
          ask(owner);
        }
      }
      while (!owners.isEmpty()) {
        release(
            owners.values().stream()
                .filter(owner -> owner.wait == null)
                .findFirst()
                .orElseThrow(() -> new AssertionError("all wait for each other")));
      }
      assertThat(table.isEmpty()).isTrue();
      assertThat(model.held).isEmpty();
    }

    private void release(LockOwner owner) {
      owners.remove(owner.number);
      model.drop(owner.number);
      table.release(owner);
      check(owner, model.advance());
    }

    private void ask(LockOwner owner) {
      var keys = new BitSet();
      boolean exclusive = !owner.isTransaction() || gen.flag();
      var mode = exclusive ? LockMode.EXCLUSIVE : LockMode.SHARED;
      Wish wish;
      if (!owner.isTransaction()) {
        var batch = new WriteBatch();
        for (int i = gen.between(1, 3); i > 0; i--) {
          int key = gen.below(KEYS);
          keys.set(key);
          batch.delete(key(key));
        }
        wish = Wish.writes(batch);
      } else if (gen.oneIn(3)) {
        int from = gen.below(KEYS);
        int to = gen.below(KEYS + 1);
        keys.set(from, Math.max(from, to));
        boolean open = to == KEYS;
        wish = Wish.range(mode, new KeyRange(key(from), open ? null : key(to)));
      } else {
        int key = gen.below(KEYS);
        keys.set(key);
        wish = Wish.key(mode, key(key));
      }
      var claim = new Claim(owner.number, exclusive, keys);
      boolean held = model.holds(owner.number);
      assertThat(table.ask(owner, wish)).isEqualTo(model.ask(claim));
      var expected = new ArrayList<Long>();
      for (var event = table.poll(); event != null; event = table.poll()) {
        switch (event) {
          case Event.Granted(var other) ->
              assertThat(other.number).isEqualTo(expected.removeFirst());
          case Event.Lost(var loser, var loss) -> {
            assertThat(expected).isEmpty();
            assertThat(held && owner.isTransaction()).isTrue();
            mayLose(loser.number, loss.to(), owner.number);
            model.drop(loser.number);
            expected.addAll(model.advance());
          }
        }
      }
      check(owner, expected);
    }

    private void mayLose(long loser, long to, long asker) {
      assertThat(loser).isPositive().isGreaterThan(to);
      assertThat(commits(loser)).isFalse();
      switch (rule) {
        case DETECT -> {
          assertThat(model.reaches(loser, asker, loser)).isTrue();
          assertThat(model.reaches(asker, loser, loser)).isTrue();
        }
        case WAIT_DIE -> {
          assertThat(loser).isEqualTo(asker);
          assertThat(commits(to)).isFalse();
          assertThat(model.reaches(asker, to, Long.MAX_VALUE)).isTrue();
        }
        case WOUND_WAIT -> {
          assertThat(to).isEqualTo(asker);
          assertThat(model.reaches(asker, loser, Long.MAX_VALUE)).isTrue();
        }
      }
    }

    private boolean commits(long number) {
      return Objects.requireNonNull(owners.get(number)).committing;
    }

    private void check(LockOwner mover, List<Long> granted) {
      var rest = new ArrayList<>(granted);
      for (var event = table.poll(); event != null; event = table.poll()) {
        assertThat(event).isInstanceOf(Event.Granted.class);
        assertThat(event.owner().number).isEqualTo(rest.removeFirst());
      }
      assertThat(rest).isEmpty();
      for (var owner : owners.values()) {
        assertThat(owner.wait != null).isEqualTo(model.waits(owner.number));
        assertThat(table.blockers(owner).stream().map(other -> other.number).distinct())
            .containsExactlyInAnyOrderElementsOf(
                model.waitsFor(owner.number).stream().distinct().toList());
        assertThat(model.reaches(owner.number, owner.number, Long.MAX_VALUE))
            .as("a circle after " + mover)
            .isFalse();
      }
      for (var one : model.held) {
        assertThat(model.held).noneMatch(one::contends);
      }
      for (int key = 0; key < KEYS; key++) {
        var write = new Claim(0, true, BitSet.valueOf(new long[] {1L << key}));
        boolean free =
            model.held.stream().noneMatch(write::contends)
                && model.waiting.stream().noneMatch(write::contends);
        assertThat(table.isFree(key(key))).isEqualTo(free);
      }
    }

    private static Bytes key(int key) {
      return Bytes.of("key-" + (char) ('a' + key));
    }
  }

  @ParameterizedTest
  @EnumSource
  void locks_are_given_as_the_model_gives_them(Deadlocks rule) {
    Gen.check(150, gen -> new Run(gen, rule).run());
  }
}
