package io.concordkv.storage.engine.memtable;

import io.concordkv.storage.engine.lsm.table.Run;

/// A place among the keys of a [VersionedMap].
interface VersionedRun extends Run {
  /// Of the batch that made the version it stands on.
  long sequence();
}
