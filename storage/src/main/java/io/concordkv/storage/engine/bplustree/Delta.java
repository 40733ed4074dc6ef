package io.concordkv.storage.engine.bplustree;

import io.concordkv.storage.engine.skiplist.VersionedSkipList;

/// What was written since another one took over. The loop writes it; once a newer one has taken its
/// place it never changes again.
///
/// All versions of a key stay, since they are few and views read at a sequence number; a checkpoint
/// takes only the newest, because a view that needs another one still holds the delta itself.
final class Delta {
  final VersionedSkipList list = new VersionedSkipList();

  /// The mark of the newest batch up to here, in this delta or before it.
  long mark;

  /// The number of that batch.
  long sequence;

  Delta(long mark, long sequence) {
    this.mark = mark;
    this.sequence = sequence;
  }
}
