package io.concordkv.testkit;

import io.concordkv.base.Check;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file of a simulated disk.
final class SimStoredFile implements StoredFile {
  private final SimFileSystem files;
  private final SimDisk disk;
  private final String path;
  private final SimInode inode;
  private final boolean readOnly;
  private boolean open = true;

  SimStoredFile(SimFileSystem files, SimDisk disk, String path, SimInode inode, boolean readOnly) {
    this.files = files;
    this.disk = disk;
    this.path = path;
    this.inode = inode;
    this.readOnly = readOnly;
    disk.opened(path);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long size() {
    Check.that(open, "an open file is used");
    files.operation();
    return inode.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    Check.that(open, "an open file is used");
    files.operation();
    if (disk.failsRead(path)) {
      throw SimFileSystem.ioError("read", path);
    }
    return inode.read(position, target);
  }

  @Override
  public void write(long position, ByteBuffer... sources) {
    boolean dies = beginChange();
    boolean fails = disk.failsWrite(path);
    long next = position;
    for (var source : sources) {
      int wanted = source.remaining();
      int granted = fails ? wanted / 2 : grant(next, wanted);
      inode.write(next, source.slice(source.position(), granted));
      source.position(source.position() + granted);
      if (fails) {
        throw SimFileSystem.ioError("write", path);
      }
      if (granted < wanted) {
        throw full("write");
      }
      next += wanted;
    }
    disk.written(path, inode);
    if (dies) {
      throw files.die();
    }
  }

  private int grant(long position, int wanted) {
    return (int) Math.max(0, disk.grow(inode.size(), position + wanted) - position);
  }

  @Override
  public void preallocate(long bytes) {
    boolean dies = beginChange();
    long end = disk.grow(inode.size(), bytes);
    inode.extend(end);
    if (dies) {
      throw files.die();
    }
    if (end < bytes) {
      throw full("preallocate");
    }
    syncContent();
  }

  @Override
  public void truncate(long size) {
    boolean dies = beginChange();
    disk.free(Math.max(0, inode.size() - size));
    inode.truncate(size);
    if (dies) {
      throw files.die();
    }
  }

  @Override
  public void sync() {
    Check.that(open, "an open file is used");
    files.operation();
    syncContent();
  }

  private void syncContent() {
    if (disk.failsSync(path)) {
      inode.failSync(disk.coin());
      throw SimFileSystem.ioError("sync", path);
    }
    disk.sync(path, inode);
  }

  /// Closing does not make anything durable and cannot fail, not even for a dead node.
  @Override
  public void close() {
    if (open && files.isAlive()) {
      disk.closed(path);
    }
    open = false;
  }

  private boolean beginChange() {
    Check.that(open && !readOnly, "a file is written while it is open for writing");
    return files.beginOperation();
  }

  private FileException full(String operation) {
    return new FileException(
        Kind.NO_SPACE, operation, path, new IOException("No space left on device"));
  }
}
