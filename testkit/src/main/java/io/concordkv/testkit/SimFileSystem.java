package io.concordkv.testkit;

import io.concordkv.base.Check;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Files on a [SimDisk], as one life of a node sees them: once it is dead, nothing goes through.
public final class SimFileSystem implements FileSystem {
  private final SimDisk disk;
  private final SimEnv env;

  SimFileSystem(SimDisk disk, SimEnv env) {
    this.disk = disk;
    this.env = env;
  }

  @Override
  public StoredFile open(String path, Mode mode) {
    operation();
    var clean = clean(path);
    var inode =
        switch (mode) {
          case READ -> disk.inode("open", clean);
          case WRITE -> isFile(clean) ? disk.inode("open", clean) : disk.create(clean);
          case CREATE -> {
            if (disk.exists(clean)) {
              throw new FileException(Kind.EXISTS, "create", path, null);
            }
            yield disk.create(clean);
          }
        };
    return new SimStoredFile(this, disk, clean, inode, mode == Mode.READ);
  }

  private boolean isFile(String path) {
    return disk.paths().contains(path);
  }

  @Override
  public boolean exists(String path) {
    operation();
    return disk.exists(clean(path));
  }

  @Override
  public long size(String path) {
    operation();
    return disk.inode("look at", clean(path)).size();
  }

  @Override
  public void createDirectories(String path) {
    operation();
    disk.createDirectories(clean(path));
  }

  @Override
  public List<String> list(String directory) {
    operation();
    return disk.list(clean(directory));
  }

  @Override
  public void rename(String from, String to) {
    operation();
    disk.rename(clean(from), clean(to));
  }

  @Override
  public void link(String from, String to) {
    operation();
    disk.link(clean(from), clean(to));
  }

  @Override
  public void delete(String path) {
    operation();
    disk.delete(clean(path));
  }

  @Override
  public void syncDirectory(String directory) {
    operation();
    if (disk.failsSync(directory)) {
      throw ioError("sync directory", directory);
    }
    disk.syncDirectory(clean(directory));
  }

  @Override
  public AutoCloseable lock(String path) {
    operation();
    var clean = clean(path);
    if (!disk.exists(clean)) {
      disk.create(clean);
    }
    if (!disk.lock(clean)) {
      throw new FileException(Kind.LOCKED, "lock", path, null);
    }
    return () -> disk.unlock(clean);
  }

  @Override
  public long usableSpace() {
    operation();
    return disk.space();
  }

  @Override
  public String describe(String path) {
    return disk.describe(clean(path));
  }

  boolean isAlive() {
    return env.alive();
  }

  /// Every operation passes here: a dead node does nothing any more, and this may be where it dies.
  void operation() {
    if (beginOperation()) {
      throw die();
    }
  }

  /// As [#operation()], for one that takes effect before the node dies; then the caller throws what
  /// [#die()] returns.
  boolean beginOperation() {
    if (!env.alive()) {
      throw new PowerCut(env.node(), disk.operations());
    }
    return disk.diesNow();
  }

  PowerCut die() {
    env.kill();
    return disk.die();
  }

  static FileException ioError(String operation, String path) {
    return new FileException(Kind.FAILED, operation, path, new IOException("Input/output error"));
  }

  private static String clean(String path) {
    var parts = new ArrayList<String>();
    for (var part : path.split("/", -1)) {
      Check.that(!part.equals(".."), "files lie below the node's directory");
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }
}
