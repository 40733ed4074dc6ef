package io.concordkv.mvcc.lease;

import io.concordkv.base.env.Clock;
import java.time.Duration;
import java.util.List;

/// Decides, on the leader only, when a lease has expired.
public final class Lessor {
  public Lessor(Clock clock) {
    throw new UnsupportedOperationException();
  }

  /// Takes over: every lease gets its full time and `grace` more.
  public void promote(List<Lease> leases, Duration grace) {
    throw new UnsupportedOperationException();
  }

  public void demote() {
    throw new UnsupportedOperationException();
  }

  public boolean primary() {
    throw new UnsupportedOperationException();
  }

  /// A grant or revoke was applied.
  public void granted(Lease lease) {
    throw new UnsupportedOperationException();
  }

  public void revoked(long id) {
    throw new UnsupportedOperationException();
  }

  /// Starts its time afresh; the granted TTL in seconds, or 0 if there is no such lease or it has
  /// expired.
  public long renew(long id) {
    throw new UnsupportedOperationException();
  }

  /// Seconds left, rounded down; -1 if there is no such lease.
  public long remainingSeconds(long id) {
    throw new UnsupportedOperationException();
  }

  /// The leases whose time is over, soonest first, at most `limit`.
  public List<Long> expired(int limit) {
    throw new UnsupportedOperationException();
  }
}
