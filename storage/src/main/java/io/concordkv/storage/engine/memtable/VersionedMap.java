package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// An ordered map of bytes that keeps all versions of a key.
///
/// One thread writes. Any number of others read at the same time without a lock, each at a sequence
/// number up to which all was written before the reader was told of it: what is put later carries a
/// higher number, so a reader may or may not meet it and passes over it either way.
interface VersionedMap {
  /// Gives `key` a new newest version at `sequence`, which is at least that of every version so
  /// far; one of the same sequence is replaced. A `value` of null deletes.
  void put(Bytes key, @Nullable Bytes value, long sequence);

  /// The version of `key` that a reader at `sequence` sees; null if it sees none.
  @Nullable Version find(Bytes key, long sequence);

  /// A walk over the keys that a reader at `sequence` sees, deleted ones included.
  VersionedRun walk(long sequence);

  /// How many keys have a version, deleted ones included.
  long keys();

  /// How many keys' newest version is a value.
  long live();

  /// About how much memory it takes.
  long bytes();
}
