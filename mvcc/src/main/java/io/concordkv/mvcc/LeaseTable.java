package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.InvariantError;
import io.concordkv.mvcc.lease.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The leases there are, and the keys that hang on each.
final class LeaseTable {
  private final TreeMap<Long, Granted> leases = new TreeMap<>();

  private record Granted(Lease lease, TreeSet<Bytes> keys) {}

  void grant(Lease lease) {
    leases.put(lease.id(), new Granted(lease, new TreeSet<>()));
  }

  void revoke(long id) {
    leases.remove(id);
  }

  @Nullable Lease get(long id) {
    var granted = leases.get(id);
    return granted == null ? null : granted.lease;
  }

  List<Lease> all() {
    var all = new ArrayList<Lease>(leases.size());
    for (var granted : leases.values()) {
      all.add(granted.lease);
    }
    return all;
  }

  /// In the order of keys.
  List<Bytes> keys(long id) {
    var granted = leases.get(id);
    return granted == null ? List.of() : List.copyOf(granted.keys);
  }

  /// A key goes from one lease to another; 0 is none.
  void move(Bytes key, long from, long to) {
    if (from == to) {
      return;
    }
    if (from != 0) {
      var granted = leases.get(from);
      Check.that(granted != null && granted.keys.remove(key), "a key hangs on its lease");
    }
    if (to != 0) {
      var granted = leases.get(to);
      if (granted == null) {
        throw new InvariantError("a key hangs on a lease that exists");
      }
      granted.keys.add(Bytes.wrap(key.toArray()));
    }
  }
}
