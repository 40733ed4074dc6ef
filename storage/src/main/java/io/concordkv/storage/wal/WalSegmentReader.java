package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import java.util.function.Consumer;

/// Reads a complete segment from its beginning to its end, group by group, and checks all of it.
/// For one thread at a time; the segment must not be trimmed meanwhile.
public final class WalSegmentReader implements AutoCloseable {
  private final WalSegment segment;
  private final SegmentReader reader;
  private final GroupChain chain = new GroupChain();

  private WalSegmentReader(WalSegment segment, SegmentReader reader) {
    this.segment = segment;
    this.reader = reader;
    chain.jump(segment.first());
    chain.expect(reader.header().chain());
  }

  /// A damaged header is a [CorruptionError].
  public static WalSegmentReader open(FileSystem files, WalSegment segment) {
    var reader = SegmentReader.open(files, segment.path(), SegmentReader.WINDOW_BYTES);
    if (reader == null || reader.header().first() != segment.first()) {
      if (reader != null) {
        reader.close();
      }
      throw new CorruptionError(segment.path(), 0, "the segment's header is damaged");
    }
    return new WalSegmentReader(segment, reader);
  }

  /// Passes on the records of the next group, in order. False if there is none any more; a damaged
  /// one is a [CorruptionError].
  public boolean next(Consumer<WalRecord> consumer) {
    long at = chain.end();
    if (at == segment.end()) {
      return false;
    }
    chain.readOne(reader, segment.end(), consumer);
    if (chain.end() == at) {
      throw new CorruptionError(
          segment.path(), reader.header().offset(at), "a group of records is damaged");
    }
    return true;
  }

  /// The position up to where it was read.
  public long position() {
    return chain.end();
  }

  @Override
  public void close() {
    reader.close();
  }
}
