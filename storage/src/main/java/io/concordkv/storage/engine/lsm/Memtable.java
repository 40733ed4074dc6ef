package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.skiplist.Version;
import io.concordkv.storage.engine.skiplist.VersionedSkipList;
import org.jspecify.annotations.Nullable;

/// What was written since the last switch. The loop writes it; once another one took its place it
/// never changes again.
///
/// All versions of a key stay, since they are few and views read at a sequence number; a flush
/// writes only the newest, because a view that needs another one still holds the memtable itself.
final class Memtable {
  final VersionedSkipList list = new VersionedSkipList();

  /// A view reads those that there were at its moment.
  MemtableRanges ranges = MemtableRanges.NONE;

  /// The mark of the newest batch up to here, in this memtable or before it.
  long mark;

  /// The number of the newest batch in this memtable; 0 if there is none.
  long sequence;

  Memtable(long mark) {
    this.mark = mark;
  }

  /// Writes the changes of a batch at `sequence` and, behind each range that it deletes, at the
  /// number after: a range deletes what has a lower number than itself. Returns the last one.
  long write(WriteBatch batch, long sequence) {
    long at = sequence;
    var changes = batch.changes();
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> list.put(key, value, at, 0);
        case WriteBatch.Change.Delete(var key) -> list.put(key, null, at, 0);
        case WriteBatch.Change.DeleteRange(var range) -> ranges = ranges.with(range, ++at);
      }
    }
    mark = batch.mark() == 0 ? mark : batch.mark();
    this.sequence = at;
    return at;
  }

  /// What a reader at `sequence`, to whom `seen` are the deleted ranges, sees of `key`; null if
  /// nothing was written.
  @Nullable Version find(Bytes key, long sequence, MemtableRanges seen) {
    var version = list.find(key, sequence);
    long deleted = seen.isEmpty() ? 0 : seen.sequenceAt(key);
    return deleted == 0 || (version != null && version.sequence() >= deleted)
        ? version
        : Version.deletion(deleted);
  }

  /// As a run that such a reader sees.
  Run run(long sequence, MemtableRanges seen) {
    return new MemtableRun(list.walk(sequence), seen);
  }

  boolean isEmpty() {
    return list.keys() == 0 && ranges.isEmpty();
  }

  boolean isFull(long maxBytes) {
    return bytes() >= maxBytes || ranges.size() >= MemtableRanges.MAX;
  }

  /// About how much memory it takes.
  long bytes() {
    return list.bytes() + ranges.bytes();
  }

  /// By how many keys it makes the content larger, about: a deleted key is taken for one that was
  /// there.
  long growth() {
    return 2 * list.live() - list.keys();
  }
}
