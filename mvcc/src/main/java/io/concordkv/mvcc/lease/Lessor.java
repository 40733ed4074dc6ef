package io.concordkv.mvcc.lease;

import io.concordkv.base.Check;
import io.concordkv.base.env.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeSet;

/// Decides, on the leader only, when a lease has expired.
///
/// Expiry reads a clock, so it cannot happen inside the state machine: the lessor only names the
/// leases to revoke, and a lease ends when that command is applied. Time is elapsed time; the time
/// of day may jump and is never looked at. A lease may live longer than asked, never shorter.
///
/// While it is not primary it knows no leases.
public final class Lessor {
  private static final long NANOS = 1_000_000_000L;

  private final Clock clock;

  // Only ever asked for one id: its order does not matter.
  private final HashMap<Long, Held> held = new HashMap<>();

  // Every lease has one entry, at or before its deadline: a renewal leaves it where it is, and who
  // meets it too early puts it where it belongs.
  private final TreeSet<Due> queue = new TreeSet<>(Due::compare);
  private boolean primary;

  private static final class Held {
    final Lease lease;
    long deadlineNanos;
    Due due;

    Held(Lease lease, long deadlineNanos) {
      this.lease = lease;
      this.deadlineNanos = deadlineNanos;
      due = new Due(deadlineNanos, lease.id());
    }
  }

  private record Due(long nanos, long id) {
    static int compare(Due one, Due other) {
      return one.nanos != other.nanos
          ? Long.signum(one.nanos - other.nanos)
          : Long.compare(one.id, other.id);
    }
  }

  public Lessor(Clock clock) {
    this.clock = clock;
  }

  /// Takes over: every lease gets its full time and `grace` more, since how long the leader before
  /// had let it run is not known here.
  public void promote(List<Lease> leases, Duration grace) {
    Check.that(!primary, "a lessor is promoted only while it is not primary");
    primary = true;
    for (var lease : leases) {
      hold(lease, grace.toNanos());
    }
  }

  /// Forgets all leases. Harmless if it is not primary.
  public void demote() {
    primary = false;
    held.clear();
    queue.clear();
  }

  public boolean primary() {
    return primary;
  }

  /// A grant was applied.
  public void granted(Lease lease) {
    if (primary) {
      hold(lease, 0);
    }
  }

  /// A revoke was applied.
  public void revoked(long id) {
    var known = held.remove(id);
    if (known != null) {
      queue.remove(known.due);
    }
  }

  /// Starts its time afresh; the granted TTL in seconds, or 0 if there is no such lease or it has
  /// expired.
  public long renew(long id) {
    var known = held.get(id);
    long now = clock.nanos();
    if (known == null || known.deadlineNanos - now <= 0) {
      return 0;
    }
    known.deadlineNanos = now + known.lease.ttlSeconds() * NANOS;
    // Only a lease that had a grace can end earlier than before.
    if (known.deadlineNanos - known.due.nanos < 0) {
      requeue(known);
    }
    return known.lease.ttlSeconds();
  }

  /// Seconds left, rounded down; -1 if there is no such lease.
  public long remainingSeconds(long id) {
    var lease = held.get(id);
    return lease == null ? -1 : Math.max(0, (lease.deadlineNanos - clock.nanos()) / NANOS);
  }

  /// The leases whose time is over, soonest first, at most `limit`. Names them again until they are
  /// revoked: proposing the revoke of one twice is harmless.
  public List<Long> expired(int limit) {
    long now = clock.nanos();
    var expired = new ArrayList<Long>();
    var due = queue.isEmpty() ? null : queue.first();
    while (due != null && due.nanos - now <= 0 && expired.size() < limit) {
      var known = held.get(due.id);
      if (known != null && known.deadlineNanos != due.nanos) {
        requeue(known);
      } else {
        expired.add(due.id);
      }
      due = queue.higher(due);
    }
    return expired;
  }

  private void requeue(Held known) {
    queue.remove(known.due);
    known.due = new Due(known.deadlineNanos, known.lease.id());
    queue.add(known.due);
  }

  private void hold(Lease lease, long graceNanos) {
    revoked(lease.id());
    long deadline = clock.nanos() + lease.ttlSeconds() * NANOS + graceNanos;
    var made = new Held(lease, deadline);
    held.put(lease.id(), made);
    queue.add(made.due);
  }
}
