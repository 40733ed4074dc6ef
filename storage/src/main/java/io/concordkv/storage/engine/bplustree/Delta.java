package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.skiplist.Version;
import io.concordkv.storage.engine.skiplist.VersionedSkipList;
import org.jspecify.annotations.Nullable;

/// What was written since another one took over. The loop writes it; once a newer one has taken its
/// place it never changes again.
///
/// All versions of a key stay, since they are few and views read at a sequence number; a checkpoint
/// takes only the newest, because a view that needs another one still holds the delta itself.
final class Delta {
  /// A word of the filter for about so many bytes of the list, so that few words have two keys.
  private static final int BYTES_PER_WORD = 256;

  final VersionedSkipList list = new VersionedSkipList();

  /// Four bits for each key in one word, so that a get that finds nothing here mostly takes one
  /// look. Bits are only ever added: who reads a view has at least those that he needs.
  private long @Nullable [] filter;

  private final int words;

  /// The mark of the newest batch up to here, in this delta or before it.
  long mark;

  /// The number of that batch.
  long sequence;

  /// `bytes`: how large it will become.
  Delta(long mark, long sequence, long bytes) {
    words = Integer.highestOneBit(Math.clamp(bytes / BYTES_PER_WORD, 1, 1 << 24));
    this.mark = mark;
    this.sequence = sequence;
  }

  void put(Bytes key, @Nullable Bytes value, long sequence) {
    list.put(key, value, sequence, 0);
    if (filter == null) {
      filter = new long[words];
    }
    long hash = BloomFilter.hash(key);
    filter[word(hash)] |= bits(hash);
  }

  /// What a reader at `sequence` sees of `key`, whose hash is `hash`; null if nothing was written.
  @Nullable Version find(Bytes key, long hash, long sequence) {
    var bitsOfAll = filter;
    if (bitsOfAll == null) {
      return null;
    }
    long bits = bits(hash);
    return (bitsOfAll[word(hash)] & bits) == bits ? list.find(key, sequence) : null;
  }

  /// What it takes in memory, about.
  long bytes() {
    return list.bytes() + (filter == null ? 0 : 8L * words);
  }

  private int word(long hash) {
    return (int) (hash >>> 32) & (words - 1);
  }

  private static long bits(long hash) {
    return 1L << hash | 1L << (hash >>> 6) | 1L << (hash >>> 12) | 1L << (hash >>> 18);
  }
}
