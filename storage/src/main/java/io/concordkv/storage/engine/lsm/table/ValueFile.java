package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A value file that can be read, by any number of threads at once. It is opened with the first
/// read. Whatever is read is checked; what is damaged is a `CorruptionError` and never served.
///
/// Values go past the block cache: each is read and checked alone, so a cache would save one read
/// of what the operating system mostly has in memory, and a few large values would push out the
/// indexes and filters of whole tables.
public final class ValueFile {
  private final FileSystem files;
  private final String path;
  private final long id;
  private final long bytes;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable Opened opened;

  /// How many open tables refer to it; [ValueFiles] counts them.
  int holders;

  private record Opened(StoredFile file, ValueFormat.Footer footer) {}

  ValueFile(FileSystem files, String path, long id, long bytes) {
    this.files = files;
    this.path = path;
    this.id = id;
    this.bytes = bytes;
  }

  /// Opens a value file for those who only look at it: by what it says of itself.
  ///
  /// @param name of the file in `directory`
  public static ValueFile alone(FileSystem files, String directory, String name) {
    var path = directory + "/" + name;
    return new ValueFile(files, path, ValueFormat.id(name), files.size(path));
  }

  public long id() {
    return id;
  }

  public String path() {
    return path;
  }

  /// How large it is.
  public long bytes() {
    return bytes;
  }

  /// The value that a table refers to.
  Bytes read(ValueReference reference) {
    return Bytes.wrap(load(open().file, new Handle(reference.offset(), reference.length())));
  }

  /// Where its values lie, in the order in which they were written. Only what says so is read.
  public List<ValueReference> references() {
    var open = open();
    var lengths = open.footer.lengths();
    var in = new ByteReader(Bytes.wrap(load(open.file, lengths)));
    var found = new ArrayList<ValueReference>();
    long at = 0;
    for (long left = in.varint(); left > 0; left--) {
      int length = (int) in.varint();
      found.add(new ValueReference(id, at, length));
      at += length;
    }
    in.end();
    if (at != lengths.offset()) {
      throw TableFormat.damaged(
          path, lengths.offset(), "the values do not end where their lengths begin");
    }
    return found;
  }

  /// A walk over all of it that checks one part after the other.
  public Walk walk() {
    return new Walk(this);
  }

  /// Reads a value file and checks it, past what is open already.
  public static final class Walk {
    private final ValueFile file;
    private @Nullable List<ValueReference> references;
    private int checked;

    private Walk(ValueFile file) {
      this.file = file;
    }

    /// Checks the next part, the lengths first, and returns how long it is in the file; 0 behind
    /// the last one. What is damaged is a [io.concordkv.base.CorruptionError]; the walk may go on
    /// behind a value that is.
    public int next() {
      var known = references;
      if (known == null) {
        known = file.references();
        references = known;
        return file.open().footer.lengths().length();
      }
      if (checked == known.size()) {
        return 0;
      }
      var reference = known.get(checked++);
      var _ = file.read(reference);
      return reference.length();
    }
  }

  /// How a value lies in the file.
  public TableLayout.Part stored(ValueReference reference) {
    var value = read(reference);
    var type = ByteBuffer.allocate(1);
    long end = reference.offset() + reference.length();
    open().file.read(end - TableFormat.TRAILER_BYTES, type);
    var compression = Compression.of(type.get(0));
    return new TableLayout.Part(
        reference.offset(),
        reference.length(),
        value.length(),
        compression == null ? Compression.NONE : compression);
  }

  /// Only once nobody reads it any more.
  public void close() {
    opening.lock();
    try {
      var open = opened;
      opened = null;
      if (open != null) {
        open.file.close();
      }
    } finally {
      opening.unlock();
    }
  }

  private Opened open() {
    var open = opened;
    if (open != null) {
      return open;
    }
    opening.lock();
    try {
      open = opened;
      if (open == null) {
        open = openFile();
        opened = open;
      }
      return open;
    } finally {
      opening.unlock();
    }
  }

  private Opened openFile() {
    StoredFile file;
    try {
      file = files.open(path, FileSystem.Mode.READ);
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NOT_FOUND) {
        throw TableFormat.damaged(path, 0, "tables refer to this value file, but it is missing");
      }
      throw e;
    }
    try {
      return new Opened(file, ValueFormat.Footer.read(file, id, bytes));
    } catch (Throwable damaged) {
      file.close();
      throw damaged;
    }
  }

  private byte[] load(StoredFile file, Handle handle) {
    return Table.load(file, id, bytes, handle);
  }
}
