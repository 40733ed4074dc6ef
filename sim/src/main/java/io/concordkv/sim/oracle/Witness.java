package io.concordkv.sim.oracle;

import io.concordkv.node.Node;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What one member was seen to have and to promise, through all its lives.
final class Witness {
  /// A follower in doubt about its log.
  private static final String LOST = "LOST";

  private final String name;
  private final LogFacts facts;
  private final Medium medium;
  private final BooleanSupplier damaged;
  private final BooleanSupplier bare;
  private long[] terms = new long[256];
  private long lastIndex;

  /// Up to where it said, or acted as if, its log is durable.
  private long promisedIndex;

  /// The newest term in which it said something that it must not forget.
  private long promisedTerm;

  /// Where its log has configurations.
  private final TreeSet<Long> changes = new TreeSet<>();

  private @Nullable Node life;
  private @Nullable RaftStatus before;

  /// @param damaged whether its disk ever showed something else than was written: then nothing can
  ///   be told from the medium
  /// @param bare whether it has empty entries in the place of commands
  Witness(
      String name, LogFacts facts, Medium medium, BooleanSupplier damaged, BooleanSupplier bare) {
    this.bare = bare;
    this.name = name;
    this.facts = facts;
    this.medium = medium;
    this.damaged = damaged;
  }

  /// Whether it has the entry where no power cut reaches; of a damaged disk, whether it says so.
  boolean holds(LogPosition position) {
    return damaged.getAsBoolean()
        ? before == null || before.last().index() >= position.index()
        : medium.holds(position);
  }

  /// Whether it holds `index` as it was in `term`, or has gone on to a later term.
  boolean holdsOrLater(long index, long term) {
    return damaged.getAsBoolean() || medium.holdsOrLater(index, term);
  }

  /// Whether a vote for `candidate` in `term` cannot be forgotten or given twice.
  boolean holdsVote(long term, long candidate) {
    return damaged.getAsBoolean() || medium.holdsVote(term, candidate);
  }

  /// Where its log ends on the medium.
  LogPosition durable() {
    return medium.last();
  }

  long term(long index) {
    return index < terms.length ? terms[(int) index] : 0;
  }

  /// Has it keep what it is seen to hold. What a damaged disk only says is no promise.
  void holdTo(long index) {
    if (!damaged.getAsBoolean()) {
      promiseIndex(index);
    }
  }

  void promiseIndex(long index) {
    promisedIndex = Math.max(promisedIndex, Math.min(index, lastIndex));
  }

  void promiseTerm(long term) {
    promisedTerm = Math.max(promisedTerm, term);
  }

  /// What it was when it was last looked at in this life; null at the first look.
  @Nullable RaftStatus before(Node node) {
    return node == life ? before : null;
  }

  /// What it was when it was last looked at; null before the first time.
  @Nullable RaftStatus last() {
    return before;
  }

  void look(Node node, RaftStatus now) {
    var then = before(node);
    if (then == null) {
      reborn(node, now);
    } else {
      steps(then, now);
      Roles.step(name, then, now);
    }
    if (then == null || !then.last().equals(now.last())) {
      readLog(node, now, then);
    }
    if (then != null) {
      ownTerm(then, now);
    }
    readCommits(now, then);
    if (now.role() == Role.LEADER) {
      var after = changes.tailSet(now.hardState().committed(), false);
      Configurations.uncommitted(name, after.size());
    }
    life = node;
    before = now;
  }

  /// I2 and I6: what it promised it must still have after a crash, or know that it may lack some.
  private void reborn(Node node, RaftStatus now) {
    Violation.unless(
        now.suspect() || now.hardState().term() >= promisedTerm,
        "I2 durable-term",
        name
            + " came back in term "
            + now.hardState().term()
            + " after speaking in "
            + promisedTerm);
    Violation.unless(
        now.suspect() || now.last().index() >= promisedIndex,
        "I6 durable-log",
        name + " came back with " + now.last() + " after acknowledging " + promisedIndex);
    for (long index = Math.max(1, now.first()); index <= promisedIndex; index++) {
      var entry = now.suspect() ? null : node.replica().entry(index);
      Violation.unless(
          entry == null || entry.term() == term(index),
          "I6 durable-log",
          name + " came back with another entry at " + index);
    }
    endsAt(Math.min(lastIndex, now.last().index()));
  }

  /// What it had behind `last` is gone.
  private void endsAt(long last) {
    if (last < lastIndex) {
      Arrays.fill(terms, (int) last + 1, (int) lastIndex + 1, 0);
      changes.tailSet(last, false).clear();
    }
    lastIndex = last;
  }

  /// I7: within a life all goes forward, but for what a follower says it has lost.
  private void steps(RaftStatus then, RaftStatus now) {
    Violation.unless(
        now.hardState().term() >= then.hardState().term(),
        "I7 monotone-term",
        name + " went back to term " + now.hardState().term());
    Violation.unless(
        now.hardState().committed() >= then.hardState().committed(),
        "I7 monotone-commit",
        name + " went back to commit " + now.hardState().committed());
    Violation.unless(
        now.applied() >= then.applied(), "I7 monotone-apply", name + " went back in applying");
    Violation.unless(
        now.applied() <= now.hardState().committed()
            && now.hardState().committed() <= now.last().index(),
        "I7 applied-committed-last",
        name + " " + now.applied() + " " + now.hardState().committed() + " " + now.last());
    for (var follower : now.followers().entrySet()) {
      var old = then.followers().get(follower.getKey());
      Violation.unless(
          follower.getValue().next() > follower.getValue().match(),
          "I7 next-above-match",
          name + " of " + follower.getKey() + ": " + follower.getValue());
      Violation.unless(
          !sameReign(then, now)
              || old == null
              || follower.getValue().match() >= old.match()
              || follower.getValue().state().equals(LOST),
          "I7 monotone-match",
          name + " forgot that " + follower.getKey() + " has " + old);
    }
  }

  /// I8: what a leader commits by itself is an entry of its own term, which carries the older ones
  /// along.
  private void ownTerm(RaftStatus then, RaftStatus now) {
    Violation.unless(
        !sameReign(then, now)
            || now.hardState().committed() == then.hardState().committed()
            || term(now.hardState().committed()) == now.hardState().term(),
        "I8 commits-own-term",
        name + " committed " + now.hardState().committed() + " of an older term by itself");
  }

  private static boolean sameReign(RaftStatus then, RaftStatus now) {
    return then.role() == Role.LEADER
        && now.role() == Role.LEADER
        && now.hardState().term() == then.hardState().term();
  }

  private void readLog(Node node, RaftStatus now, @Nullable RaftStatus then) {
    long last = now.last().index();
    ensure(last);
    long kept = then == null ? 0 : then.hardState().committed();
    Violation.unless(last >= kept, "I9 truncated-commit", name + " cut its log to " + now.last());
    for (long index = last; index >= now.first(); index--) {
      var entry = node.replica().entry(index);
      if (entry == null) {
        break;
      }
      boolean known = index <= lastIndex && term(index) != 0;
      if (known && term(index) == entry.term() && then != null) {
        break;
      }
      Violation.unless(
          !known || index > kept || term(index) == entry.term(),
          "I9 truncated-commit",
          name + " replaced the committed entry at " + index);
      if (known && term(index) != entry.term()) {
        promisedIndex = Math.min(promisedIndex, index - 1);
      }
      terms[(int) index] = entry.term();
      if (bare.getAsBoolean()) {
        facts.wroteBare(entry);
      } else {
        facts.wrote(entry);
      }
      if (entry.kind() == Entry.Kind.CONFIGURATION) {
        changes.add(index);
      } else {
        changes.remove(index);
      }
      var previous = index > now.first() ? node.replica().entry(index - 1) : null;
      if (previous != null) {
        facts.follows(entry.position(), previous.term());
      }
    }
    // What a snapshot replaced is committed, be it something else than what it had before.
    for (long index = now.first() - 1; index > kept; index--) {
      long term = facts.committedTerm(index);
      if (term(index) != 0 && term(index) != term) {
        promisedIndex = Math.min(promisedIndex, index - 1);
      }
      terms[(int) index] = term;
    }
    endsAt(last);
    promisedIndex = Math.min(promisedIndex, last);
  }

  private void readCommits(RaftStatus now, @Nullable RaftStatus then) {
    long from = then == null ? now.first() - 1 : then.hardState().committed();
    for (long index = from + 1; index <= now.hardState().committed(); index++) {
      facts.committed(name, new LogPosition(index, term(index)), now.hardState().term());
    }
  }

  private void ensure(long index) {
    if (index >= terms.length) {
      terms = Arrays.copyOf(terms, (int) Math.max(index + 1, terms.length * 2L));
    }
  }
}
