package io.concordkv.mvcc;

import io.concordkv.base.Bytes;

/// What the live index knows of a key: all but its value.
record LiveEntry(Bytes key, long createRevision, long main, int sub, long version, long lease) {
  KeyValue pair(Bytes value) {
    return new KeyValue(key, createRevision, main, version, lease, value);
  }

  /// As etcd answers from its index alone: without the value, and without the lease too.
  KeyValue keyOnly() {
    return new KeyValue(key, createRevision, main, version, 0, Bytes.EMPTY);
  }
}
