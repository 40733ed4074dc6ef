package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.skiplist.VersionedSkipList;

/// What was written since the last switch. The loop writes it; once another one took its place it
/// never changes again.
///
/// All versions of a key stay, since they are few and views read at a sequence number; a flush
/// writes only the newest, because a view that needs another one still holds the memtable itself.
final class Memtable {
  final VersionedSkipList list = new VersionedSkipList();

  /// The mark of the newest batch up to here, in this memtable or before it.
  long mark;

  /// The number of the newest batch in this memtable; 0 if there is none.
  long sequence;

  Memtable(long mark) {
    this.mark = mark;
  }
}
