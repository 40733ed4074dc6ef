package io.concordkv.base.env;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A file of the platform.
final class RealStoredFile implements StoredFile {
  private static final int ZEROS_BYTES = 1 << 20;

  private final String path;
  private final FileChannel channel;

  RealStoredFile(String path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw RealFileSystem.failure("measure", path, e);
    }
  }

  @Override
  public int read(long position, ByteBuffer target) {
    try {
      int total = 0;
      while (target.hasRemaining()) {
        int count = channel.read(target, position + total);
        if (count < 0) {
          break;
        }
        total += count;
      }
      return total;
    } catch (IOException e) {
      throw RealFileSystem.failure("read", path, e);
    }
  }

  @Override
  public void write(long position, ByteBuffer... sources) {
    try {
      long next = position;
      for (var source : sources) {
        while (source.hasRemaining()) {
          next += channel.write(source, next);
        }
      }
    } catch (IOException e) {
      throw RealFileSystem.failure("write", path, e);
    }
  }

  @Override
  public void preallocate(long bytes) {
    try {
      var zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, Math.max(bytes, 1)));
      long next = channel.size();
      while (next < bytes) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - next));
        next += channel.write(zeros, next);
      }
      channel.force(true);
    } catch (IOException e) {
      throw RealFileSystem.failure("preallocate", path, e);
    }
  }

  @Override
  public void truncate(long size) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      throw RealFileSystem.failure("truncate", path, e);
    }
  }

  @Override
  public void sync() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw RealFileSystem.failure("sync", path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw RealFileSystem.failure("close", path, e);
    }
  }
}
