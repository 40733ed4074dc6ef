package io.concordkv.sim.oracle;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Node;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.model.Step;
import io.concordkv.sim.violation.Violation;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// I13 and I14: whatever a member has applied, by entries or by a snapshot, its whole state is what
/// the replay of the log up to that entry gives; so members at the same entry are equal.
///
/// What an entry touched is looked at when it is applied; everything there is when a member starts,
/// when it took a snapshot, and now and then.
public final class StateCheck {
  public static final String SNAPSHOT = "I13 snapshot-equals-replay";
  public static final String RESTART = "I13 restart-equals-replay";
  public static final String REPLICAS = "I14 replicas-equal";
  public static final String ONE_REVISION = "lease.one-revision";

  /// After so many entries all of the state is read.
  private static final int FULL_EVERY = 500;

  /// So much of the history is read then, unless it came as a whole.
  private static final int RECENT = 50;

  private final Replay replay;
  private final Predicate<String> damaged;
  private final TreeMap<String, Seen> seen = new TreeMap<>();

  private static final class Seen {
    @Nullable Node life;
    long era;
    long index;
    long fullAt;
  }

  /// @param damaged whether the disk of the member of that name was ever damaged, so that reading
  ///   may fail, but not be wrong
  public StateCheck(Replay replay, Predicate<String> damaged) {
    this.replay = replay;
    this.damaged = damaged;
  }

  /// Looks at a member; to be called after every event of its loop.
  public void look(String name, Node node, Env env) {
    var shard = node.shard();
    var known = seen.computeIfAbsent(name, _ -> new Seen());
    var applied = shard.applied();
    boolean same = known.life == node && known.era == shard.store().era();
    if (shard.store().reloading() || (same && known.index == applied.last().index())) {
      return;
    }
    long index = applied.last().index();
    Violation.unless(
        index <= replay.size(),
        same || known.life != node ? REPLICAS : SNAPSHOT,
        name + " has applied " + applied.last() + " of " + replay.size());
    if (same) {
      applied(name, shard, known.index, index);
    } else {
      compare(known.life == node ? SNAPSHOT : RESTART, name, shard, index);
    }
    if (!same || index - known.fullAt >= FULL_EVERY) {
      known.fullAt = index;
      var check = same ? REPLICAS : known.life == node ? SNAPSHOT : RESTART;
      read(check, name, node, env, check.equals(SNAPSHOT) ? Long.MAX_VALUE : RECENT, () -> {});
    }
    known.life = node;
    known.era = shard.store().era();
    known.index = index;
  }

  /// Compares all that a member has with the replay, now; then `done`, if the member lives on.
  public void read(String check, String name, Node node, Env env, Runnable done) {
    read(check, name, node, env, Long.MAX_VALUE, done);
  }

  private void read(String check, String name, Node node, Env env, long back, Runnable done) {
    if (node.shard().store().reloading()) {
      return;
    }
    long index = node.shard().applied().last().index();
    compare(check, name, node.shard(), index);
    var contents = new Contents(node.shard().store(), back);
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> readable(name, contents),
            env.loop(),
            read -> {
              var difference =
                  read.map(found -> contents.difference(found, replay.model())).orElse(null);
              Violation.unless(
                  difference == null, check, name + " at entry " + index + " " + difference);
              done.run();
            });
  }

  private Optional<Contents.Read> readable(String name, Contents contents) {
    try {
      return Optional.of(contents.get());
    } catch (CorruptionError e) {
      if (damaged.test(name)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// What is in memory and is not a pair.
  private void compare(String check, String name, ShardStateMachine shard, long index) {
    if (index == 0) {
      return;
    }
    var step = replay.step(index);
    var store = shard.store();
    numbers(check, name, shard, step);
    leases(check, name, store, step, step.leases().keySet());
    members(check, name, shard, step);
  }

  private void applied(String name, ShardStateMachine shard, long from, long to) {
    if (to == from) {
      return;
    }
    var step = replay.step(to);
    var keys = new TreeSet<Bytes>();
    var leases = new TreeSet<Long>();
    boolean grants = false;
    boolean revokes = false;
    boolean publishes = false;
    long before = from == 0 ? 1 : replay.step(from).revision();
    for (long index = from + 1; index <= to; index++) {
      var entry = replay.step(index);
      var mutation = entry.mutation();
      publishes |= mutation == null && entry.envelope() != null;
      if (mutation instanceof Mutation.RevokeLease(var id)) {
        revokes = true;
        leases.add(id);
      } else if (mutation instanceof Mutation.GrantLease(var id, _)) {
        grants = true;
        leases.add(id);
      }
      if (entry.revision() != before) {
        before = entry.revision();
        for (var event : replay.model().events(before)) {
          touched(event, keys, leases);
        }
      }
    }
    Violation.unless(
        !revokes || shard.store().revision() == step.revision(),
        ONE_REVISION,
        name + " is at revision " + shard.store().revision() + " after revoking, not at " + step);
    numbers(REPLICAS, name, shard, step);
    for (var key : keys) {
      pair(name, shard.store(), key, step);
    }
    if (grants || !leases.isEmpty()) {
      leases(REPLICAS, name, shard.store(), step, leases);
    }
    if (publishes) {
      members(REPLICAS, name, shard, step);
    }
  }

  private static void touched(Event event, Set<Bytes> keys, Set<Long> leases) {
    keys.add(event.pair().key());
    if (event.pair().lease() != 0) {
      leases.add(event.pair().lease());
    }
    var previous = event.previous();
    if (previous != null && previous.lease() != 0) {
      leases.add(previous.lease());
    }
  }

  private static void numbers(String check, String name, ShardStateMachine shard, Step step) {
    var store = shard.store();
    Violation.unless(
        shard.applied().last().term() == step.term()
            && store.revision() == step.revision()
            && store.compactRevision() == step.compactRevision(),
        check,
        "%s is at revision %d, compacted to %d, after %s; it should be at %d, compacted to %d: %s"
            .formatted(
                name,
                store.revision(),
                store.compactRevision(),
                shard.applied().last(),
                step.revision(),
                step.compactRevision(),
                step));
  }

  /// Only what is in memory: the rest is read now and then.
  private void pair(String name, MvccStore store, Bytes key, Step step) {
    var reading = store.range(RangeQuery.of(Span.of(key)));
    if (!reading.resident()) {
      reading.close();
      return;
    }
    var expected = replay.model().at(key, step.revision());
    var pairs = reading.run().pairs();
    boolean equal =
        expected == null ? pairs.isEmpty() : pairs.size() == 1 && pairs.getFirst().equals(expected);
    Violation.unless(
        equal, REPLICAS, name + " has " + pairs + " after entry " + step.index() + ": " + expected);
  }

  private void leases(
      String check, String name, MvccStore store, Step step, Collection<Long> looked) {
    boolean equal = store.leases().size() == step.leases().size();
    for (var lease : store.leases()) {
      Long ttl = step.leases().get(lease.id());
      equal &= ttl != null && ttl == lease.ttlSeconds();
    }
    Violation.unless(
        equal, check, name + " has " + store.leases() + ", granted are " + step.leases());
    for (long lease : looked) {
      var expected = replay.model().leaseKeys(lease, step.revision());
      Violation.unless(
          store.leaseKeys(lease).equals(expected),
          check,
          name + " hangs " + store.leaseKeys(lease) + " on lease " + lease + ", not " + expected);
    }
  }

  private static void members(String check, String name, ShardStateMachine shard, Step step) {
    for (var member : shard.members()) {
      var published = step.published().get(member.id());
      if (published != null) {
        Violation.unless(
            published.name().equals(member.name())
                && published.clientUrls().equals(member.clientUrls()),
            check,
            name + " knows " + member + ", which published " + published);
      }
    }
  }
}
