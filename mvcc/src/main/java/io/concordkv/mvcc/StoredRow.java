package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.lease.Lease;
import org.jspecify.annotations.Nullable;

/// What a pair of an engine means, where it belongs to a keyspace: for people who look into a
/// store.
public sealed interface StoredRow {
  /// A version of a key, the `sub`th change of the pair's revision. The pair has a key and a
  /// revision only if the version is a tombstone, or if the engine has deleted the row.
  record Version(KeyValue pair, int sub, boolean tombstone) implements StoredRow {}

  /// The history's row of a change. `key` is null if the engine has deleted it.
  record Change(long revision, int sub, @Nullable Bytes key) implements StoredRow {}

  /// A lease; its TTL is 0 if the engine has deleted it.
  record Granted(Lease lease) implements StoredRow {}

  /// What the keyspace is at; -1 means never.
  record State(long revision, long compactRevision, long purgedRevision) implements StoredRow {}

  /// What the pair means; null if it is none of a keyspace. A `value` of null is a row that the
  /// engine has deleted.
  static @Nullable StoredRow read(Bytes key, @Nullable Bytes value) {
    int keyspace = KeyspaceFormat.keyspace(key);
    var format = new KeyspaceFormat(keyspace, 0);
    return switch (KeyspaceFormat.table(key)) {
      case KeyspaceFormat.DATA -> version(format, key, value);
      case KeyspaceFormat.HISTORY -> {
        var at = format.readHistoryKey(key);
        yield new Change(at.main(), at.sub(), value);
      }
      case KeyspaceFormat.LEASE ->
          new Granted(
              new Lease(format.readLeaseKey(key), value == null ? 0 : format.readLease(value)));
      case KeyspaceFormat.META -> state(format, key, value);
      default -> null;
    };
  }

  private static @Nullable State state(KeyspaceFormat format, Bytes key, @Nullable Bytes value) {
    if (value == null || !key.equals(format.metaKey())) {
      return null;
    }
    var meta = format.readMeta(value);
    return new State(meta.revision(), meta.compactRevision(), meta.purgedRevision());
  }

  private static Version version(KeyspaceFormat format, Bytes key, @Nullable Bytes value) {
    var at = format.readDataKey(key);
    var version = value == null ? KeyspaceFormat.Version.TOMBSTONE : format.readVersion(value);
    return new Version(version.pair(at.key(), at.main()), at.sub(), version.tombstone());
  }
}
