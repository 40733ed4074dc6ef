package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.wal.WalRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A piece of the log outside of the store: the groups of a closed segment, in a file that is named
/// by its commits and never changes. The format is docs/formats/backup.md.
///
/// @param first the number of the first commit
/// @param last that of the last one
record LogFile(long first, long last) {
  private static final int MAGIC = 0x434B4C46;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int GROUP = 1;
  private static final int END = 0;
  private static final int GROUP_HEADER_BYTES = 6;
  private static final int END_BYTES = 29;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int DIGITS = 20;
  private static final String SUFFIX = ".log";

  String name() {
    return String.format(Locale.ROOT, "%020d-%020d%s", first, last, SUFFIX);
  }

  /// Those that lie in `folder`, in the order of their commits.
  static List<LogFile> list(Folder folder) {
    var found = new ArrayList<LogFile>();
    for (var name : folder.files().list(folder.path())) {
      if (name.length() == 2 * DIGITS + 1 + SUFFIX.length() && name.endsWith(SUFFIX)) {
        try {
          found.add(
              new LogFile(
                  Long.parseLong(name.substring(0, DIGITS)),
                  Long.parseLong(name.substring(DIGITS + 1, 2 * DIGITS + 1))));
        } catch (NumberFormatException _) {
          throw new CorruptionError(
              folder.files().describe(folder.at(name)), 0, "its name is not that of commits");
        }
      }
    }
    return found; // names are sorted, and have leading zeros
  }

  /// Writes one.
  static final class Writer implements AutoCloseable {
    private final Folder folder;
    private final String unfinished;
    private final StoredFile file;
    private final ByteWriter buffer = new ByteWriter(BUFFER_BYTES);
    private long at;
    private long first;
    private long last;
    private long time;

    /// @param store the id of the store that the log is of
    Writer(Folder folder, String unfinished, long store) {
      this.folder = folder;
      this.unfinished = unfinished;
      file = folder.files().open(folder.at(unfinished), Mode.WRITE);
      file.truncate(0);
      buffer.u32(MAGIC).u32(VERSION).u64(store);
    }

    void add(WalRecord record) {
      var group = GroupRecord.open(record);
      first = first == 0 ? group.first() : first;
      last = group.last();
      time = Math.max(time, group.time());
      int from = buffer.size();
      buffer.u8(GROUP).u8(record.kind()).u32(record.payload().length()).raw(record.payload());
      buffer.u32(buffer.crc(from));
      if (buffer.size() >= BUFFER_BYTES) {
        write();
      }
    }

    private void write() {
      file.write(at, buffer.toBytes().toByteBuffer());
      at += buffer.size();
      buffer.clear();
    }

    /// The number of the last commit that was added; 0 if there is none.
    long last() {
      return last;
    }

    /// Seals the file and gives it its name, durably.
    LogFile finish() {
      int from = buffer.size();
      buffer.u8(END).u64(first).u64(last).u64(time);
      buffer.u32(buffer.crc(from));
      write();
      file.sync();
      file.close();
      var finished = new LogFile(first, last);
      folder.publish(unfinished, finished.name());
      return finished;
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /// Reads one, and checks all of it.
  static final class Reader implements AutoCloseable {
    private final LogFile log;
    private final String path;
    private final StoredFile file;
    private final long size;
    private ByteBuffer window = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long at;
    private long first;
    private long last;
    private boolean ended;

    Reader(Folder folder, LogFile log, long store) {
      this.log = log;
      path = folder.files().describe(folder.at(log.name()));
      file = folder.files().open(folder.at(log.name()), Mode.READ);
      size = file.size();
      boolean whole = false;
      try {
        var header = new ByteReader(take(HEADER_BYTES));
        if (header.u32() != MAGIC || header.u32() != VERSION) {
          throw damaged("it is no piece of a log of version " + VERSION);
        }
        if (header.u64() != store) {
          throw damaged("it is of another store");
        }
        whole = true;
      } finally {
        if (!whole) {
          file.close();
        }
      }
    }

    /// The next group; null if that was the last one. Damage is a [CorruptionError].
    GroupRecord.@Nullable Group next() {
      if (ended) {
        return null;
      }
      long from = at;
      if (new ByteReader(peek(1)).u8() == END) {
        end();
        return null;
      }
      var header = new ByteReader(peek(GROUP_HEADER_BYTES));
      int tag = header.u8();
      int kind = header.u8();
      int length = header.u32();
      if (tag != GROUP || length < 0 || length > size - at) {
        throw damaged("a group of commits is damaged");
      }
      var bytes = take(GROUP_HEADER_BYTES + length + 4);
      check(bytes, from);
      var group =
          GroupRecord.open(
              new WalRecord(0, kind, bytes.slice(GROUP_HEADER_BYTES, bytes.length() - 4)));
      if (first != 0 && group.first() <= last) {
        throw damaged("its commits are out of order");
      }
      first = first == 0 ? group.first() : first;
      last = group.last();
      return group;
    }

    private void end() {
      long from = at;
      var bytes = take(END_BYTES);
      check(bytes, from);
      var end = new ByteReader(bytes);
      end.u8();
      if (end.u64() != first
          || end.u64() != last
          || first != log.first
          || last != log.last
          || at != size) {
        throw damaged("it does not have the commits that it should");
      }
      ended = true;
    }

    private void check(Bytes bytes, long from) {
      int end = bytes.length() - 4;
      if (Crc32c.of(bytes.slice(0, end)) != new ByteReader(bytes.slice(end)).u32()) {
        at = from;
        throw damaged("its checksum is wrong");
      }
    }

    private CorruptionError damaged(String why) {
      return new CorruptionError(path, at, why);
    }

    private Bytes take(int length) {
      var bytes = peek(length);
      window.position(window.position() + length);
      at += length;
      return bytes;
    }

    /// The next `length` bytes, in memory of their own.
    private Bytes peek(int length) {
      if (size - at < length) {
        throw damaged("it ends too early");
      }
      if (window.remaining() < length) {
        if (length > window.capacity()) {
          window = ByteBuffer.allocate(length);
        }
        file.read(at, window.clear());
        window.flip();
      }
      var bytes = new byte[length];
      window.get(window.position(), bytes);
      return Bytes.wrap(bytes);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
