package io.concordkv.base.env;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file of the platform.
///
/// The platform closes a channel under everybody when a thread that reads it is interrupted, and
/// who reads may be any thread of a program. So a file is read by a channel of its own, which is
/// opened again when that has happened, and an interrupt is kept for the caller. What is written
/// and synced goes another way, by threads that nobody interrupts: a sync that was cut off could
/// not be asked for again.
final class RealStoredFile implements StoredFile {
  private static final int ZEROS_BYTES = 1 << 20;

  private final String path;
  private final Path place;
  private final ReentrantLock opening = new ReentrantLock();

  /// Null if nothing is written.
  private final @Nullable FileChannel writes;

  /// Null until somebody reads.
  private volatile @Nullable FileChannel reads;

  private volatile boolean closed;

  private RealStoredFile(
      String path, Path place, @Nullable FileChannel writes, @Nullable FileChannel reads) {
    this.path = path;
    this.place = place;
    this.writes = writes;
    this.reads = reads;
  }

  /// Opens the file at `place`, which is called `path`. One that is written keeps its name as long
  /// as it is read here.
  ///
  /// @param options null: it is only read
  static RealStoredFile open(String path, Path place, @Nullable Set<OpenOption> options)
      throws IOException {
    return options == null
        ? new RealStoredFile(path, place, null, FileChannel.open(place, StandardOpenOption.READ))
        : new RealStoredFile(path, place, FileChannel.open(place, options), null);
  }

  @Override
  public String path() {
    return path;
  }

  /// What is done with a channel.
  private interface Reading<T> {
    T from(FileChannel channel) throws IOException;
  }

  private <T> T read(Reading<T> reading) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        var channel = reads;
        if (channel == null || !channel.isOpen()) {
          channel = reopen();
        }
        try {
          return reading.from(channel);
        } catch (ClosedChannelException e) {
          // Somebody who read was interrupted: this thread, or another one.
          interrupted |= Thread.interrupted();
          if (closed) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel reopen() throws IOException {
    opening.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      var channel = reads;
      if (channel == null || !channel.isOpen()) {
        channel = FileChannel.open(place, StandardOpenOption.READ);
        reads = channel;
      }
      return channel;
    } finally {
      opening.unlock();
    }
  }

  private FileChannel writes() {
    return Objects.requireNonNull(writes, "the file is only read");
  }

  @Override
  public long size() {
    try {
      return read(FileChannel::size);
    } catch (IOException e) {
      throw RealFileSystem.failure("measure", path, e);
    }
  }

  @Override
  public int read(long position, ByteBuffer target) {
    int start = target.position();
    try {
      return read(channel -> {
        target.position(start);
        int total = 0;
        while (target.hasRemaining()) {
          int count = channel.read(target, position + total);
          if (count < 0) {
            break;
          }
          total += count;
        }
        return total;
      });
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
          next += writes().write(source, next);
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
      long next = writes().size();
      while (next < bytes) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - next));
        next += writes().write(zeros, next);
      }
      writes().force(true);
    } catch (IOException e) {
      throw RealFileSystem.failure("preallocate", path, e);
    }
  }

  @Override
  public void truncate(long size) {
    try {
      writes().truncate(size);
    } catch (IOException e) {
      throw RealFileSystem.failure("truncate", path, e);
    }
  }

  @Override
  public void sync() {
    try {
      writes().force(false);
    } catch (IOException e) {
      throw RealFileSystem.failure("sync", path, e);
    }
  }

  @Override
  public void close() {
    closed = true;
    opening.lock();
    try (var reading = reads;
        var writing = writes) {
      // Both.
    } catch (IOException e) {
      throw RealFileSystem.failure("close", path, e);
    } finally {
      opening.unlock();
    }
  }
}
