package io.concordkv.sim.oracle;

import io.concordkv.raft.Configuration;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.model.Step;
import io.concordkv.sim.violation.Violation;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// I11: who decides. A quorum is a majority of each half of a configuration, and every quorum of a
/// configuration meets every quorum of the next; learners count nowhere.
public final class Configurations {
  private final Replay replay;
  private @Nullable Configuration founders;
  private @Nullable Configuration newest;

  Configurations(Replay replay) {
    this.replay = replay;
    replay.observe(this::committed);
  }

  /// Before any configuration is in the log this one is in force everywhere.
  void founded(Configuration configuration) {
    if (founders == null && !configuration.members().isEmpty()) {
      founders = configuration;
      newest = newest == null ? configuration : newest;
    }
  }

  private void committed(Step step) {
    var next = step.configuration();
    var last = newest;
    if (next == null || next.equals(last)) {
      return;
    }
    Violation.unless(
        last == null || meet(last, next),
        "I11 quorums-intersect",
        "a quorum of "
            + last
            + " and one of "
            + next
            + " at "
            + step.index()
            + " may be strangers");
    newest = next;
  }

  /// A configuration is in force once it is applied, and no other is.
  void inForce(String name, long applied, Configuration configuration) {
    var logged = applied == 0 ? null : replay.step(applied).configuration();
    var expected = logged == null ? founders : logged;
    // Who has applied no configuration yet may know none.
    Violation.unless(
        configuration.equals(expected) || (logged == null && configuration.members().isEmpty()),
        "I11 configuration-in-force",
        name + " has applied " + applied + " and goes by " + configuration + ", not " + expected);
  }

  /// At most one change may be on its way.
  static void uncommitted(String name, int changes) {
    Violation.unless(
        changes <= 1, "I11 one-change-at-a-time", name + " leads with " + changes + " changes");
  }

  /// Whether those who have it are a majority of each half.
  public static boolean quorum(Configuration configuration, LongPredicate has) {
    return majority(configuration.voters(), has) && majority(configuration.outgoing(), has);
  }

  private static boolean majority(SortedSet<Long> voters, LongPredicate has) {
    long holders = voters.stream().filter(has::test).count();
    return voters.isEmpty() || holders > voters.size() / 2;
  }

  /// Whether some half of both has majorities that cannot miss one another.
  static boolean meet(Configuration one, Configuration other) {
    return meet(one.voters(), other.voters())
        || meet(one.voters(), other.outgoing())
        || meet(one.outgoing(), other.voters())
        || meet(one.outgoing(), other.outgoing());
  }

  private static boolean meet(SortedSet<Long> one, SortedSet<Long> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return false;
    }
    var both = new TreeSet<>(one);
    both.addAll(other);
    return one.size() / 2 + 1 + other.size() / 2 + 1 > both.size();
  }
}
