package io.concordkv.mvcc;

import io.concordkv.base.Bytes;

/// A key as it was at some revision.
///
/// @param createRevision the revision that made it (again)
/// @param modRevision the revision of its last put
/// @param version how often it was put since it was made
/// @param lease the lease it hangs on, 0 for none
public record KeyValue(
    Bytes key, long createRevision, long modRevision, long version, long lease, Bytes value) {
  /// The same in memory of its own.
  KeyValue detached() {
    return new KeyValue(
        Bytes.copyOf(key.toByteBuffer()),
        createRevision,
        modRevision,
        version,
        lease,
        Bytes.copyOf(value.toByteBuffer()));
  }
}
