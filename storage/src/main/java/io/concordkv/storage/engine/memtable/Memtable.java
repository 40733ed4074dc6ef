package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Run;
import org.jspecify.annotations.Nullable;

/// What was written since another one took over. The loop writes it; once a newer one has taken its
/// place it never changes again.
///
/// All versions of a key stay, since they are few and views read at a sequence number; what is
/// written out is only the newest, because a view that needs another one still holds the memtable
/// itself.
public final class Memtable {
  /// A word of the filter for about so many bytes of the pairs, so that few words have two keys.
  private static final int BYTES_PER_WORD = 256;

  private final VersionedMap map;

  /// Four bits for each key in one word, so that a get that finds nothing here mostly takes one
  /// look. Bits are only ever added: who reads a view has at least those that he needs.
  private long @Nullable [] filter;

  private final int words;
  private MemtableRanges ranges = MemtableRanges.NONE;
  private long mark;
  private long sequence;

  /// `mark` and `sequence`: those of the newest batch so far. `bytes`: how large it will become.
  public Memtable(MemtableKind kind, long mark, long sequence, long bytes) {
    map = kind.create();
    words = Integer.highestOneBit(Math.clamp(bytes / BYTES_PER_WORD, 1, 1 << 24));
    this.mark = mark;
    this.sequence = sequence;
  }

  /// This one in front of `older` ones.
  public Memtable[] ahead(Memtable[] older) {
    var all = new Memtable[older.length + 1];
    System.arraycopy(older, 0, all, 1, older.length);
    all[0] = this;
    return all;
  }

  /// As [VersionedMap#put].
  public void put(Bytes key, @Nullable Bytes value, long sequence) {
    map.put(key, value, sequence);
    if (filter == null) {
      filter = new long[words];
    }
    long hash = BloomFilter.hash(key);
    filter[word(hash)] |= bits(hash);
  }

  /// Writes the changes of a batch at `sequence` and, behind each range that it deletes, at the
  /// number after: a range deletes what has a lower number than itself. Returns the last one.
  public long write(WriteBatch batch, long sequence) {
    long at = sequence;
    var changes = batch.changes();
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> put(key, value, at);
        case WriteBatch.Change.Delete(var key) -> put(key, null, at);
        case WriteBatch.Change.DeleteRange(var range) -> ranges = ranges.with(range, ++at);
      }
    }
    wrote(at, batch.mark() == 0 ? mark : batch.mark());
    return at;
  }

  /// The batch with this number and mark is in it.
  public void wrote(long sequence, long mark) {
    this.sequence = sequence;
    this.mark = mark;
  }

  /// As [VersionedMap#find]; `hash` is [BloomFilter#hash] of the key.
  public @Nullable Version find(Bytes key, long hash, long sequence) {
    var all = filter;
    if (all == null) {
      return null;
    }
    long bits = bits(hash);
    return (all[word(hash)] & bits) == bits ? map.find(key, sequence) : null;
  }

  /// The same for a reader to whom `seen` are the deleted ranges.
  public @Nullable Version find(Bytes key, long hash, long sequence, MemtableRanges seen) {
    var version = find(key, hash, sequence);
    long deleted = seen.isEmpty() ? 0 : seen.sequenceAt(key);
    return deleted == 0 || (version != null && version.sequence() >= deleted)
        ? version
        : new Version(deleted, null);
  }

  /// As [VersionedMap#walk].
  public Run walk(long sequence) {
    return map.walk(sequence);
  }

  /// The same for a reader to whom `seen` are the deleted ranges.
  public Run run(long sequence, MemtableRanges seen) {
    return seen.isEmpty() ? map.walk(sequence) : new RangedRun(map.walk(sequence), seen);
  }

  /// The ranges that were deleted up to now. A view keeps those that there were at its moment.
  public MemtableRanges ranges() {
    return ranges;
  }

  public boolean isEmpty() {
    return map.keys() == 0 && ranges.isEmpty();
  }

  public boolean isFull(long maxBytes) {
    return bytes() >= maxBytes || ranges.size() >= MemtableRanges.MAX;
  }

  /// By how many keys it makes the content larger, about: a deleted key is taken for one that was
  /// there.
  public long growth() {
    return 2 * map.live() - map.keys();
  }

  /// The mark of the newest batch up to here, in this memtable or before it.
  public long mark() {
    return mark;
  }

  /// The number of that batch.
  public long sequence() {
    return sequence;
  }

  /// How many keys have a version, deleted ones included.
  public long keys() {
    return map.keys();
  }

  /// How many keys' newest version is a value.
  public long live() {
    return map.live();
  }

  /// About how much memory it takes.
  public long bytes() {
    return map.bytes() + ranges.bytes() + (filter == null ? 0 : 8L * words);
  }

  private int word(long hash) {
    return (int) (hash >>> 32) & (words - 1);
  }

  private static long bits(long hash) {
    return 1L << hash | 1L << (hash >>> 6) | 1L << (hash >>> 12) | 1L << (hash >>> 18);
  }
}
