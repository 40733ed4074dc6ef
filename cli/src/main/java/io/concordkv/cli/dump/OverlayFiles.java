package io.concordkv.cli.dump;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The files of `base` as one may change them without changing them: all that is written, renamed
/// or deleted happens in `scratch` only. So a store can be opened by the very code that owns it,
/// while its owner runs.
final class OverlayFiles implements FileSystem {
  private static final int COPY_BYTES = 1 << 20;

  private final FileSystem base;
  private final FileSystem scratch;
  private final TreeSet<String> hidden = new TreeSet<>();

  OverlayFiles(FileSystem base, FileSystem scratch) {
    this.base = base;
    this.scratch = scratch;
  }

  private boolean inBase(String path) {
    return !hidden.contains(path) && base.exists(path);
  }

  @Override
  public StoredFile open(String path, Mode mode) {
    if (mode == Mode.READ) {
      if (scratch.exists(path)) {
        return scratch.open(path, mode);
      }
      if (hidden.contains(path)) {
        throw new FileException(FileException.Kind.NOT_FOUND, "open", path, null);
      }
      return base.open(path, mode);
    }
    if (!scratch.exists(path) && inBase(path)) {
      if (mode == Mode.CREATE) {
        throw new FileException(FileException.Kind.EXISTS, "create", path, null);
      }
      copy(path);
    }
    makeRoom(path);
    return scratch.open(path, mode);
  }

  private void makeRoom(String path) {
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      scratch.createDirectories(path.substring(0, slash));
    }
  }

  private void copy(String path) {
    makeRoom(path);
    try (var from = base.open(path, Mode.READ);
        var to = scratch.open(path, Mode.CREATE)) {
      var buffer = ByteBuffer.allocate(COPY_BYTES);
      for (long at = 0; from.read(at, buffer.clear()) > 0; at += buffer.limit()) {
        to.write(at, buffer.flip());
      }
    }
    hidden.add(path);
  }

  @Override
  public boolean exists(String path) {
    return scratch.exists(path) || inBase(path);
  }

  @Override
  public long size(String path) {
    try (var file = open(path, Mode.READ)) {
      return file.size();
    }
  }

  @Override
  public void createDirectories(String path) {
    scratch.createDirectories(path);
  }

  @Override
  public List<String> list(String directory) {
    var names = new TreeSet<String>();
    if (scratch.exists(directory)) {
      names.addAll(scratch.list(directory));
    }
    if (base.exists(directory)) {
      for (var name : base.list(directory)) {
        if (!hidden.contains(directory + "/" + name)) {
          names.add(name);
        }
      }
    }
    return new ArrayList<>(names);
  }

  @Override
  public void rename(String from, String to) {
    if (!scratch.exists(from)) {
      copy(from);
    }
    scratch.rename(from, to);
    hidden.add(from);
    hidden.add(to);
  }

  @Override
  public void link(String from, String to) {
    if (!scratch.exists(from)) {
      copy(from);
    }
    makeRoom(to);
    scratch.link(from, to);
  }

  @Override
  public void delete(String path) {
    if (scratch.exists(path)) {
      scratch.delete(path);
    }
    hidden.add(path);
  }

  @Override
  public void syncDirectory(String directory) {}

  @Override
  public AutoCloseable lock(String path) {
    throw new FileException(FileException.Kind.FAILED, "lock in a view", path, null);
  }

  @Override
  public long usableSpace() {
    return scratch.usableSpace();
  }

  @Override
  public String describe(String path) {
    return base.describe(path);
  }
}
