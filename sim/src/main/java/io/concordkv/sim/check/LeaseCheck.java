package io.concordkv.sim.check;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.node.LeaseState;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.model.Step;
import io.concordkv.sim.violation.Violation;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What leases promise. Times are those of the world; clocks of members may run a little
/// differently, so each duration may be too short by [#SLACK].
public final class LeaseCheck {
  /// A lease lives for its time, counted from its grant and from each renewal, unless it is
  /// revoked.
  public static final String LIVES = "lease.lives";

  /// Once somebody was told that a lease has ended, nobody is told that it was renewed.
  public static final String NOT_RENEWED = "lease.not-renewed-after-end";

  /// How long it still lives, and its keys, are told rightly.
  public static final String TOLD = "lease.time-to-live";

  /// All leases that there are, and no others, are named.
  public static final String LISTED = "lease.listed";

  /// One part in so many.
  private static final long SLACK = 250;

  /// Also what a new leader may add to the time of a lease.
  private static final long MAX_GRACE_SECONDS = 3;

  private final Replay replay;
  private final LongSupplier nanos;
  private final TreeMap<Long, Life> lives = new TreeMap<>();

  private static final class Life {
    final Step granted;
    final long ttlNanos;

    /// The latest moment from which its time counts.
    long renewed;

    /// A client asked to end it: from then on its time means nothing.
    boolean unsafe;

    @Nullable Step ended;

    Life(Step granted, long ttlNanos) {
      this.granted = granted;
      this.ttlNanos = ttlNanos;
      renewed = granted.nanos();
    }

    long ends() {
      return endsFrom(renewed);
    }

    long endsFrom(long begins) {
      return begins + ttlNanos - ttlNanos / SLACK;
    }
  }

  /// @param ended the lease's end was known to somebody when it was asked about
  /// @param renewed from when its time counted, by what was known then; 0: it was not known
  public record Ask(long lease, long asked, boolean ended, long after, long renewed) {}

  public LeaseCheck(Replay replay, LongSupplier nanos) {
    this.replay = replay;
    this.nanos = nanos;
    replay.observe(this::committed);
  }

  /// A client is about to ask that the lease be ended.
  public void revoking(long lease) {
    var life = lives.get(lease);
    if (life != null) {
      life.unsafe = true;
    }
  }

  /// @param told the last entry whose effects anybody was told of
  public Ask ask(long lease, long told) {
    var life = lives.get(lease);
    var ended = life == null ? null : life.ended;
    boolean over = ended != null && ended.index() <= told;
    long renewed = life == null ? 0 : life.renewed;
    return new Ask(lease, nanos.getAsLong(), over, replay.size(), renewed);
  }

  private void committed(Step step) {
    if (!(step.outcome() instanceof Outcome.Done)) {
      return;
    }
    if (step.mutation() instanceof Mutation.GrantLease(var id, var ttl)) {
      lives.put(id, new Life(step, Duration.ofSeconds(ttl).toNanos()));
    } else if (step.mutation() instanceof Mutation.RevokeLease(var id)) {
      var life = lives.get(id);
      if (life != null) {
        life.ended = step;
        inTime(id, life);
      }
    }
  }

  private static void inTime(long lease, Life life) {
    var ended = life.ended;
    Violation.unless(
        life.unsafe || ended == null || ended.nanos() >= life.ends(),
        LIVES,
        "lease %d, renewed at %d for %d, ended by %s"
            .formatted(lease, life.renewed, life.ttlNanos, ended));
  }

  /// @param ttl in seconds; 0 if it was refused
  public void renewed(Ask ask, long ttl) {
    var life = lives.get(ask.lease);
    if (ttl == 0) {
      refused(ask, life);
      return;
    }
    Violation.unless(!ask.ended, NOT_RENEWED, ask + " is renewed, its end was told before");
    Violation.unless(
        life != null && life.ttlNanos == Duration.ofSeconds(ttl).toNanos(),
        TOLD,
        ask + " is renewed for " + ttl);
    if (life != null) {
      life.renewed = Math.max(life.renewed, ask.asked);
      inTime(ask.lease, life);
    }
  }

  /// A lease that nobody revokes is there until its time is over. One that was granted meanwhile
  /// may not be known yet to who was asked.
  private void refused(Ask ask, @Nullable Life life) {
    Violation.unless(
        life == null
            || life.unsafe
            || life.granted.index() > ask.after
            || nanos.getAsLong() >= life.ends(),
        LIVES,
        ask
            + " is said not to be, "
            + nanos.getAsLong()
            + " is before its time, "
            + (life == null ? 0 : life.ends()));
  }

  /// @param keys whether its keys were asked for
  public void told(Ask ask, long revision, LeaseState state, boolean keys) {
    var life = lives.get(ask.lease);
    if (state.ttlSeconds() < 0) {
      refused(ask, life);
      return;
    }
    Violation.unless(!ask.ended, NOT_RENEWED, ask + " has " + state + ", its end was told before");
    // The answer may have been given before a renewal that was asked for later and told earlier.
    long ends = life == null ? 0 : life.endsFrom(Math.max(ask.renewed, life.granted.nanos()));
    long left = life == null ? -1 : (ends - nanos.getAsLong()) / 1_000_000_000L - 1;
    Violation.unless(
        life != null
            && Duration.ofSeconds(state.grantedSeconds()).toNanos() == life.ttlNanos
            && state.ttlSeconds() <= state.grantedSeconds() + MAX_GRACE_SECONDS
            && (life.unsafe || state.ttlSeconds() >= left),
        TOLD,
        ask + " has " + state + ", of which are left " + left);
    if (keys) {
      Violation.unless(hadKeys(ask.lease, revision, state), TOLD, ask + " has " + state);
    }
  }

  /// The keys may be younger than the revision in the header.
  private boolean hadKeys(long lease, long revision, LeaseState state) {
    for (long at = revision; at <= replay.model().revision(); at++) {
      if (replay.model().leaseKeys(lease, at).equals(state.keys())) {
        return true;
      }
    }
    return false;
  }

  /// @param from the last entry that the member had applied when it was asked
  public void listed(long from, List<Long> leases) {
    for (long index = Math.max(1, from); index <= replay.size(); index++) {
      if (List.copyOf(replay.step(index).leases().keySet()).equals(leases)) {
        return;
      }
    }
    Violation.unless(
        from == 0 && leases.isEmpty(),
        LISTED,
        leases + " were named, " + replay.model().leases() + " are there");
  }
}
