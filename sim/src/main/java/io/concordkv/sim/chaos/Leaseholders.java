package io.concordkv.sim.chaos;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A client with leases: it grants one, hangs a key on it, keeps it alive for a while and looks at
/// its key. A key may not be gone before its time, counted from when the last renewal that was
/// answered was asked for, and must be gone in the end.
final class Leaseholders {
  private static final String PREFIX = "lease/";
  private static final int HELD = 8;

  private final List<Held> held = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private int looks;

  private static final class Held {
    final long id;
    final ByteString key;
    final long ttlNanos;
    long renewed;
    boolean revoking;

    Held(long id, long ttlSeconds, long renewed) {
      this.id = id;
      key = ByteString.copyFromUtf8(PREFIX + id);
      ttlNanos = ttlSeconds * 1_000_000_000L;
      this.renewed = renewed;
    }

    boolean due(long now) {
      return now - renewed - ttlNanos < 0;
    }
  }

  /// One thing with one lease. Called by one thread.
  void act(ConcordClient client, SplittableRandom chance) {
    try {
      if (held.size() < HELD && chance.nextInt(3) == 0) {
        grant(client, chance);
      } else if (!held.isEmpty()) {
        int at = chance.nextInt(held.size());
        switch (chance.nextInt(8)) {
          case 0 -> revoke(client, held.remove(at));
          case 1, 2, 3 -> keepAlive(client, held.get(at));
          default -> look(client, held.get(at));
        }
      }
    } catch (ClientException unanswered) {
      // What is not known counts for nothing.
    }
  }

  private void grant(ConcordClient client, SplittableRandom chance) {
    long asked = System.nanoTime();
    var granted = client.lease().grant(chance.nextInt(3, 9));
    var fresh = new Held(granted.getID(), granted.getTTL(), asked);
    var put =
        PutRequest.newBuilder()
            .setKey(fresh.key)
            .setValue(ByteString.copyFromUtf8("held"))
            .setLease(fresh.id)
            .build();
    try {
      var _ = client.kv().put(put);
      held.add(fresh);
    } catch (ClientException.Rejected gone) {
      if (denied(gone)) {
        ifDue(fresh, "is denied: " + gone.getMessage());
      }
    }
  }

  private static void revoke(ConcordClient client, Held lease) {
    lease.revoking = true;
    var _ = client.lease().revoke(lease.id);
  }

  private void keepAlive(ConcordClient client, Held lease) {
    long asked = System.nanoTime();
    try {
      var _ = client.lease().keepAliveOnce(lease.id);
      lease.renewed = asked;
    } catch (ClientException.Rejected gone) {
      if (denied(gone)) {
        ifDue(lease, "is denied");
        held.remove(lease);
      }
    }
  }

  private static boolean denied(ClientException.Rejected why) {
    return String.valueOf(why.getMessage()).contains("lease not found");
  }

  private void look(ConcordClient client, Held lease) {
    looks++;
    var range = RangeRequest.newBuilder().setKey(lease.key).setCountOnly(true).build();
    if (client.kv().range(range).getCount() == 0) {
      ifDue(lease, "has lost its key");
      held.remove(lease);
    }
  }

  /// What was seen may not be if the lease's time is not over.
  private void ifDue(Held lease, String what) {
    long now = System.nanoTime();
    if (lease.due(now) && !lease.revoking) {
      wrong.add(
          "lease %d %s %d ms after its last renewal, its time to live is %d ms"
              .formatted(
                  lease.id, what, (now - lease.renewed) / 1_000_000, lease.ttlNanos / 1_000_000));
    }
  }

  int looks() {
    return looks;
  }

  /// Nobody renews any more, so in the end no key is left.
  void check(ConcordClient client) {
    ChaosFailure.unless(wrong.isEmpty(), "leases ended before their time", wrong);
    var all =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(PREFIX))
            .setRangeEnd(ByteString.copyFromUtf8("lease0"))
            .setCountOnly(true)
            .build();
    RealCluster.eventually(
        "leases that nobody renews are over",
        () -> {
          try {
            return client.kv().range(all).getCount() == 0
                && client.lease().list().getLeasesCount() == 0;
          } catch (ClientException unanswered) {
            return false;
          }
        });
  }
}
