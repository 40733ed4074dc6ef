package io.concordkv.testkit;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/// The names and contents that a power cut cannot take from a [SimDisk] any more. Looking does not
/// count as an operation of the node and draws no chance.
final class SimMedium implements FileSystem {
  private final SimDisk disk;
  private final SortedSet<String> directories;
  private final SortedMap<String, SimInode> names;

  SimMedium(SimDisk disk, SortedSet<String> directories, SortedMap<String, SimInode> names) {
    this.disk = disk;
    this.directories = directories;
    this.names = names;
  }

  @Override
  public StoredFile open(String path, Mode mode) {
    var inode = names.get(path);
    if (mode != Mode.READ) {
      throw readOnly();
    }
    if (inode == null) {
      throw new FileException(Kind.NOT_FOUND, "open", path, null);
    }
    return new Content(path, inode);
  }

  @Override
  public boolean exists(String path) {
    return directories.contains(path) || names.containsKey(path);
  }

  @Override
  public long size(String path) {
    try (var file = open(path, Mode.READ)) {
      return file.size();
    }
  }

  @Override
  public List<String> list(String directory) {
    var found = new TreeSet<String>();
    SimDisk.addChildren(directory, names.keySet(), found);
    SimDisk.addChildren(directory, directories, found);
    return List.copyOf(found);
  }

  @Override
  public String describe(String path) {
    return disk.describe(path);
  }

  @Override
  public long usableSpace() {
    return 0;
  }

  @Override
  public void createDirectories(String path) {
    throw readOnly();
  }

  @Override
  public void rename(String from, String to) {
    throw readOnly();
  }

  @Override
  public void link(String from, String to) {
    throw readOnly();
  }

  @Override
  public void delete(String path) {
    throw readOnly();
  }

  @Override
  public void syncDirectory(String directory) {
    throw readOnly();
  }

  @Override
  public AutoCloseable lock(String path) {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("a medium is only looked at");
  }

  private record Content(String path, SimInode inode) implements StoredFile {
    @Override
    public long size() {
      return inode.durableSize();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      return inode.readDurable(position, target);
    }

    @Override
    public void write(long position, ByteBuffer... sources) {
      throw readOnly();
    }

    @Override
    public void preallocate(long bytes) {
      throw readOnly();
    }

    @Override
    public void truncate(long size) {
      throw readOnly();
    }

    @Override
    public void sync() {
      throw readOnly();
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
