package io.concordkv.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A lease that is kept alive by a thread of its own until it is closed or lost.
///
/// It counts as lost as soon as the time that the server last promised is over, also when no server
/// can be asked: whoever holds a lock by it must not believe in it longer than the cluster does.
public final class Lease implements AutoCloseable {
  private final LeaseClient client;
  private final long id;
  private final CompletableFuture<Throwable> lost = new CompletableFuture<>();
  private final Thread keeper;

  Lease(LeaseClient client, long id, long ttlSeconds) {
    this.client = client;
    this.id = id;
    this.keeper =
        Thread.ofVirtual().name("lease-" + Long.toHexString(id)).start(() -> keep(ttlSeconds));
  }

  public long id() {
    return id;
  }

  public boolean alive() {
    return !lost.isDone();
  }

  /// Completes with the reason when the lease is lost; never if it is closed before.
  public CompletableFuture<Throwable> lost() {
    return lost.copy();
  }

  private void keep(long ttlSeconds) {
    var ttl = Duration.ofSeconds(ttlSeconds);
    var asked = System.nanoTime();
    while (true) {
      try {
        Thread.sleep(ttl.dividedBy(3));
        var now = System.nanoTime();
        ttl = Duration.ofSeconds(client.keepAliveOnce(id).getTTL());
        asked = now;
      } catch (InterruptedException e) {
        return;
      } catch (ClientException.Rejected gone) {
        lost.complete(gone);
        return;
      } catch (ClientException unanswered) {
        if (System.nanoTime() - asked - ttl.toNanos() >= 0) {
          lost.complete(unanswered);
          return;
        }
      }
    }
  }

  /// Stops keeping it alive and revokes it, so that its keys are gone.
  @Override
  public void close() {
    keeper.interrupt();
    if (alive()) {
      client.revoke(id);
    }
  }
}
