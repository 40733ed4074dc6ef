package io.concordkv.mvcc;

import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.mvcc.KeyspaceFormat.Meta;
import io.concordkv.mvcc.lease.Lease;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;

/// What of a keyspace is in memory. All of it can be read from the engine again.
final class Keyspace {
  final LiveIndex live = new LiveIndex();
  final RecentPairs recent;
  final LeaseTable leases = new LeaseTable();
  final RevisionAuthority revisions;
  long compactRevision;
  long previousCompactRevision;
  long purgedRevision;

  private Keyspace(Meta meta, int recentPairs) {
    recent = new RecentPairs(recentPairs);
    revisions = new RevisionAuthority(meta.revision());
    compactRevision = meta.compactRevision();
    previousCompactRevision = meta.previousCompactRevision();
    purgedRevision = meta.purgedRevision();
  }

  long revision() {
    return revisions.last();
  }

  Meta meta() {
    return new Meta(revision(), compactRevision, previousCompactRevision, purgedRevision);
  }

  /// Reads all of the data table once: of every key the newest version.
  static Keyspace read(View view, KeyspaceFormat format, MvccOptions options) {
    var stored = view.get(format.metaKey());
    var meta = stored == null ? Meta.EMPTY : format.readMeta(stored);
    var keyspace = new Keyspace(meta, options.recentPairs());
    keyspace.readLeases(view, format);
    keyspace.readKeys(view, format);
    return keyspace;
  }

  private void readLeases(View view, KeyspaceFormat format) {
    try (var cursor = view.scan(format.leaseRange(), Order.ASCENDING)) {
      while (cursor.next()) {
        leases.grant(
            new Lease(format.readLeaseKey(cursor.key()), format.readLease(cursor.value())));
      }
    }
  }

  private void readKeys(View view, KeyspaceFormat format) {
    try (var cursor = view.scan(format.dataRange(), Order.ASCENDING)) {
      boolean more = cursor.next();
      while (more) {
        var at = format.readDataKey(cursor.key());
        if (at.main() > revision()) {
          throw new CorruptionError(
              "key " + at.key() + " has revision " + at.main() + ", the keyspace " + revision());
        }
        var version = format.readVersion(cursor.value());
        if (!version.tombstone()) {
          live.put(
              new LiveEntry(
                  at.key(),
                  version.createRevision(),
                  at.main(),
                  at.sub(),
                  version.version(),
                  version.lease()));
          if (version.lease() != 0) {
            Check.that(leases.get(version.lease()) != null, "a stored key's lease is stored too");
            leases.move(at.key(), 0, version.lease());
          }
        }
        more = format.nextKey(cursor, at.key());
      }
    }
  }
}
