package io.concordkv.storage.wal;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.wal.WalFormat.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads the groups of one segment and judges what is none.
final class SegmentReader implements AutoCloseable {
  static final int WINDOW_BYTES = 1 << 20;

  private final StoredFile file;
  private final SegmentHeader header;

  /// The position behind the last byte of the file.
  private final long limit;

  private ByteBuffer window;

  /// The position of the window's first byte.
  private long windowStart;

  /// @param position where it starts
  /// @param durable everything below was synced before this group was written
  /// @param chain the checksum of the group before it
  /// @param crc its own checksum
  record Group(long position, long durable, int chain, int crc, int records, Bytes body) {
    long end() {
      return position + WalFormat.GROUP_HEADER_BYTES + body.length();
    }

    /// Whether its records lie in it. A checksum says only that somebody wrote these bytes.
    private boolean isReadable() {
      try {
        replay((_, _) -> {});
        return true;
      } catch (CorruptionError malformed) {
        return false;
      }
    }

    /// Passes on each record with the position behind it.
    void replay(ObjLongConsumer<WalRecord> consumer) {
      var in = new ByteReader(body);
      for (int i = 0; i < records; i++) {
        var record = new WalRecord(in.u64(), in.u8(), in.bytes());
        consumer.accept(record, position + WalFormat.GROUP_HEADER_BYTES + in.position());
      }
      in.end();
    }
  }

  private SegmentReader(StoredFile file, SegmentHeader header, int windowBytes) {
    this.file = file;
    this.header = header;
    limit = header.first() + file.size() - WalFormat.SEGMENT_HEADER_BYTES;
    windowStart = header.first();
    window = ByteBuffer.allocate((int) Math.min(windowBytes, file.size())).limit(0);
  }

  /// Opens the segment at `path`, reading `windowBytes` at a time. A segment gets its name when its
  /// header is durable, so a header that is not whole is damage, never a crash: null.
  static @Nullable SegmentReader open(FileSystem files, String path, int windowBytes) {
    var file = files.open(path, Mode.READ);
    var start = ByteBuffer.allocate(WalFormat.SEGMENT_HEADER_BYTES);
    int length = file.read(0, start);
    var header = SegmentHeader.decode(path, Bytes.wrap(start.array(), 0, length));
    if (header == null) {
      file.close();
      return null;
    }
    return new SegmentReader(file, header, windowBytes);
  }

  /// Opens the segment at `path` although its header is damaged: its groups say in which life of
  /// the file they were written. Null if there is no whole one.
  static @Nullable SegmentReader salvage(FileSystem files, String path, long first) {
    var file = files.open(path, Mode.READ);
    if (file.size() > WalFormat.SEGMENT_HEADER_BYTES) {
      var any = new SegmentReader(file, new SegmentHeader(0, first, 0, 0), WINDOW_BYTES);
      for (long at = any.magic(first); at >= 0; at = any.magic(at + 1)) {
        int index = any.need(at, WalFormat.GROUP_HEADER_BYTES);
        if (any.window.getLong(index + 16) == at) {
          var header = new SegmentHeader(0, first, any.window.getLong(index + 8), 0);
          var reader = new SegmentReader(file, header, WINDOW_BYTES);
          if (reader.group(at, any.limit) != null) {
            return reader;
          }
        }
      }
    }
    file.close();
    return null;
  }

  SegmentHeader header() {
    return header;
  }

  /// The size of the file.
  long size() {
    return header.offset(limit);
  }

  /// The whole group at `position`, or null if there is none that ends at `before` or below it.
  @Nullable Group group(long position, long before) {
    int at = need(position, WalFormat.GROUP_HEADER_BYTES);
    if (at < 0
        || window.getInt(at) != WalFormat.GROUP_MAGIC
        || window.getLong(at + 8) != header.epoch()
        || window.getLong(at + 16) != position) {
      return null;
    }
    long length = window.getInt(at + 36);
    long end = position + WalFormat.GROUP_HEADER_BYTES + length;
    if (length < 0 || end > limit || end > before) {
      return null;
    }
    int size = (int) (end - position);
    at = need(position, size);
    int crc = window.getInt(at + 4);
    var checked =
        window.slice(at + WalFormat.GROUP_CHECKED_FROM, size - WalFormat.GROUP_CHECKED_FROM);
    if (Crc32c.of(checked) != crc) {
      return null;
    }
    var body = new byte[(int) length];
    window.get(at + WalFormat.GROUP_HEADER_BYTES, body);
    var group =
        new Group(
            position,
            window.getLong(at + 24),
            window.getInt(at + 32),
            crc,
            window.getInt(at + 40),
            Bytes.wrap(body));
    return group.isReadable() ? group : null;
  }

  /// The first whole group at `position` or behind it that `wanted` accepts, whatever lies before
  /// it, or null.
  @Nullable Group find(long position, Predicate<Group> wanted) {
    for (long at = magic(position); at >= 0; at = magic(at + 1)) {
      var group = group(at, limit);
      if (group != null && wanted.test(group)) {
        return group;
      }
    }
    return null;
  }

  /// Where at `position` or behind it a group may begin; -1 if nowhere.
  private long magic(long position) {
    long at = position;
    while (limit - at >= WalFormat.GROUP_HEADER_BYTES) {
      int index = need(at, WalFormat.GROUP_HEADER_BYTES);
      int last = window.limit() - WalFormat.GROUP_HEADER_BYTES;
      int candidate = index;
      while (candidate <= last && window.getInt(candidate) != WalFormat.GROUP_MAGIC) {
        candidate++;
      }
      at += candidate - index;
      if (candidate <= last) {
        return at;
      }
    }
    return -1;
  }

  /// What was read so far is read again when it is asked for: somebody may write the file.
  void forget() {
    window.limit(0);
  }

  /// Whether a group of this life of the segment was begun at `position`.
  boolean begins(long position) {
    int at = need(position, WalFormat.GROUP_HEADER_BYTES);
    return at >= 0
        && window.getInt(at) == WalFormat.GROUP_MAGIC
        && window.getLong(at + 8) == header.epoch();
  }

  /// Whether nothing was ever written where the next group's header would be.
  boolean isBlank(long position) {
    int length = (int) Math.min(WalFormat.GROUP_HEADER_BYTES, limit - position);
    int at = need(position, length);
    for (int i = 0; i < length; i++) {
      if (window.get(at + i) != 0) {
        return false;
      }
    }
    return true;
  }

  /// The index in the window of the byte at `position`, with `length` bytes from there on, or -1 if
  /// the file begins behind or ends before.
  private int need(long position, int length) {
    if (position < header.first() || limit - position < length) {
      return -1;
    }
    if (position < windowStart || position + length > windowStart + window.limit()) {
      if (length > window.capacity()) {
        window = ByteBuffer.allocate(length);
      }
      windowStart = position;
      file.read(header.offset(position), window.clear());
      window.flip();
    }
    return (int) (position - windowStart);
  }

  @Override
  public void close() {
    file.close();
  }
}
