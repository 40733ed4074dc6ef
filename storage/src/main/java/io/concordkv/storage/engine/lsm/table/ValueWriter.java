package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Writes one value file, from front to back. Used by one thread at a time.
public final class ValueWriter {
  /// So much is collected before it is given to the file.
  private static final int WRITE_BYTES = 256 << 10;

  private final FileSystem files;
  private final String path;
  private final long id;
  private final StoredFile file;
  private final BlockCodec codec;
  private final ByteWriter lengths = new ByteWriter(1024);
  private final List<ByteBuffer> pending = new ArrayList<>();
  private long pendingBytes;
  private long position;
  private long count;

  /// @param compression of the values for which it pays
  public ValueWriter(FileSystem files, String directory, long id, Compression compression) {
    this.files = files;
    this.path = ValueFormat.path(directory, id);
    this.id = id;
    this.codec = new BlockCodec(compression);
    this.file = files.open(path, FileSystem.Mode.CREATE);
  }

  public long id() {
    return id;
  }

  public ValueReference add(Bytes value) {
    var stored = codec.pack(value, true, id, position);
    var reference = new ValueReference(id, position, stored.remaining());
    lengths.varint(reference.length());
    count++;
    append(stored);
    return reference;
  }

  /// How large the file is so far, without what comes behind the values.
  public long bytes() {
    return position;
  }

  /// Makes the file whole and durable, and returns its size; its name in the directory is not
  /// durable yet.
  public long finish() {
    long lengthsAt = position;
    var block = new ByteWriter(lengths.size() + 9).varint(count).raw(lengths.finish()).finish();
    var stored = codec.pack(block, false, id, lengthsAt);
    var footer = new ValueFormat.Footer(new Handle(lengthsAt, stored.remaining()));
    append(stored);
    append(footer.encoded(id, position).toByteBuffer());
    write();
    file.sync();
    file.close();
    return position;
  }

  /// Gives up: closes the file and deletes it.
  public void abandon() {
    file.close();
    files.delete(path);
  }

  private void append(ByteBuffer bytes) {
    pending.add(bytes);
    pendingBytes += bytes.remaining();
    position += bytes.remaining();
    if (pendingBytes >= WRITE_BYTES) {
      write();
    }
  }

  private void write() {
    file.write(position - pendingBytes, pending.toArray(ByteBuffer[]::new));
    pending.clear();
    pendingBytes = 0;
  }
}
