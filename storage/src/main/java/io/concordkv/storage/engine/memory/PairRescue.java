package io.concordkv.storage.engine.memory;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Reads what is whole of a pair file. A damaged block is passed over as long as its length leads
/// to a whole one.
final class PairRescue {
  private final StoredFile file;
  private final Findings findings;

  /// The last key that was read.
  private @Nullable Bytes last;

  /// Whether something between it and the next key is missing.
  private boolean gap;

  private record Block(int pairs, Bytes content, long end) {}

  PairRescue(StoredFile file, Findings findings) {
    this.file = file;
    this.findings = findings;
  }

  /// Returns the mark; -1 if it is damaged.
  long read(BiConsumer<Bytes, Bytes> each) {
    long mark = mark();
    long position = PairFile.HEADER_BYTES;
    while (true) {
      var block = whole(position);
      if (block == null) {
        damaged(position, "a block is damaged");
        long next = behind(position);
        if (next < 0) {
          break;
        }
        position = next;
        continue;
      }
      position = block.end;
      if (block.pairs == 0) {
        if (position != file.size()) {
          damaged(position, "something follows the last block");
          gap = false;
        }
        break;
      }
      try {
        for (var pair : PairFile.pairs(block.content, block.pairs, null, file.path(), position)) {
          pass(pair.key(), pair.value(), each);
        }
      } catch (CorruptionError malformed) {
        findings.damaged(malformed);
        gap = true;
      }
    }
    if (gap) {
      lose(null);
    }
    return mark;
  }

  private long mark() {
    if (file.size() >= PairFile.HEADER_BYTES) {
      var header = new ByteReader(PairFile.read(file, 0, PairFile.HEADER_BYTES));
      boolean ours = header.u32() == PairFile.MAGIC && header.u32() == PairFile.VERSION;
      long mark = header.u64();
      var start = new ByteWriter().u32(PairFile.MAGIC).u32(PairFile.VERSION).u64(mark);
      if (ours && header.u32() == start.crc(0)) {
        return mark;
      }
    }
    findings.damaged(new CorruptionError(file.path(), 0, "this is no header of a pair file"));
    return -1;
  }

  private void pass(Bytes key, Bytes value, BiConsumer<Bytes, Bytes> each) {
    if (last != null && last.compareTo(key) >= 0) {
      findings.damaged(file.path() + ": its keys do not ascend at '" + key + "'");
      return;
    }
    if (gap) {
      lose(key);
    }
    last = key;
    each.accept(key, value);
  }

  private void lose(@Nullable Bytes to) {
    gap = false;
    findings.lost(
        new KeyRange(last == null ? Bytes.EMPTY : last.successor(), to), false, file.path());
  }

  private void damaged(long position, String why) {
    gap = true;
    findings.damaged(new CorruptionError(file.path(), position, why));
  }

  private @Nullable Block whole(long position) {
    long start = position + PairFile.BLOCK_HEADER_BYTES;
    if (start > file.size()) {
      return null;
    }
    var header = new ByteReader(PairFile.read(file, position, PairFile.BLOCK_HEADER_BYTES));
    int length = header.u32();
    int pairs = header.u32();
    if (length < 0 || length > file.size() - start) {
      return null;
    }
    var content = PairFile.read(file, start, length);
    boolean right = header.u32() == PairFile.crc(position, pairs, content);
    return right ? new Block(pairs, content, start + length) : null;
  }

  /// Where the block behind the one at `position` begins, if that is whole; -1 if not.
  private long behind(long position) {
    if (position + PairFile.BLOCK_HEADER_BYTES > file.size()) {
      return -1;
    }
    var header = new ByteReader(PairFile.read(file, position, PairFile.BLOCK_HEADER_BYTES));
    long next = position + PairFile.BLOCK_HEADER_BYTES + header.u32();
    return next > position && next < file.size() && whole(next) != null ? next : -1;
  }
}
