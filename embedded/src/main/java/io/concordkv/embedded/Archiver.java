package io.concordkv.embedded;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.storage.wal.Wal;
import io.concordkv.storage.wal.WalSegment;
import io.concordkv.storage.wal.WalSegmentReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Copies each segment of the log that is complete to the archive, in the background and in bounded
/// steps. Nothing is trimmed before it is there.
///
/// That the archive cannot be written does no harm to the store until the log has grown by the
/// bound that was set. It is tried again and again; what failed is told by [#state()].
///
/// Owned by the store's loop.
final class Archiver {
  private static final long STEP_BYTES = 1 << 20;
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final Env env;
  private final Wal wal;
  private final Archive archive;
  private final long maxLagBytes;
  private final Runnable moved;
  private final List<Waiter> waiters = new ArrayList<>();

  /// Below this position all is in the archive.
  private long archived;

  private long last;
  private @Nullable Copy copy;
  private boolean busy;
  private boolean stopped;
  private @Nullable String failure;
  private Duration retry = FIRST_RETRY;

  private record Waiter(long position, Consumer<Optional<String>> then) {}

  /// What a step came to.
  ///
  /// @param last the last commit that the archive has
  private record Step(boolean ended, long last, @Nullable String failure) {}

  /// @param last the last commit that the archive has
  /// @param moved runs when more of the log may be trimmed
  Archiver(Env env, Wal wal, Archive archive, long last, long maxLagBytes, Runnable moved) {
    this.env = env;
    this.wal = wal;
    this.archive = archive;
    this.last = last;
    this.maxLagBytes = maxLagBytes;
    this.moved = moved;
    archived = wal.start();
  }

  /// Below this position the log is not needed for the archive.
  long archived() {
    return archived;
  }

  /// Whether the log that is not in the archive is as much as it may be.
  boolean full() {
    return wal.end() - archived >= maxLagBytes;
  }

  ArchiveState state() {
    return new ArchiveState(last, wal.end() - archived, Optional.ofNullable(failure));
  }

  /// Runs `then` when all that is in the log below `position`, in segments that are complete, is in
  /// the archive, or with what is in the way of that.
  void await(long position, Consumer<Optional<String>> then) {
    waiters.add(new Waiter(position, then));
    tell();
    look();
  }

  /// A segment may be complete.
  void look() {
    if (busy || stopped) {
      return;
    }
    var segment = wal.completeFrom(archived);
    if (segment != null) {
      busy = true;
      copy = new Copy(env, archive, segment, last);
      step(copy);
    }
  }

  private void step(Copy copying) {
    env.workers().run(Lane.BACKGROUND, copying::step, env.loop(), step -> stepped(copying, step));
  }

  private void stepped(Copy copying, Step step) {
    if (stopped) {
      return;
    }
    if (step.failure != null) {
      copy = null;
      failure = step.failure;
      var _ = env.loop().after(retry, this::again);
      retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
      var told = List.copyOf(waiters);
      waiters.clear();
      told.forEach(waiter -> waiter.then.accept(Optional.of(step.failure)));
    } else if (step.ended) {
      copy = null;
      busy = false;
      failure = null;
      retry = FIRST_RETRY;
      archived = copying.segment.end();
      last = step.last;
      tell();
      moved.run();
      look();
    } else {
      step(copying);
    }
  }

  private void again() {
    busy = false;
    look();
  }

  private void tell() {
    var told = waiters.stream().filter(waiter -> waiter.position <= archived).toList();
    waiters.removeAll(told);
    told.forEach(waiter -> waiter.then.accept(Optional.empty()));
  }

  /// The store is about to close. What is not in the archive yet comes there after the next start.
  void stop() {
    stopped = true;
  }

  /// Nothing runs any more.
  void letGo() {
    if (copy != null) {
      copy.close();
    }
  }

  /// The copy of a segment, made by workers, one at a time.
  private static final class Copy implements AutoCloseable {
    private final Env env;
    private final Archive archive;
    private final WalSegment segment;
    private final long last;
    private @Nullable WalSegmentReader reader;
    private LogFile.@Nullable Writer writer;

    /// @param last what ends at this commit or before is in the archive already
    Copy(Env env, Archive archive, WalSegment segment, long last) {
      this.env = env;
      this.archive = archive;
      this.segment = segment;
      this.last = last;
    }

    Step step() {
      try {
        var from = reader == null ? WalSegmentReader.open(env.files(), segment) : reader;
        reader = from;
        var to =
            writer == null
                ? new LogFile.Writer(archive.folder(), Archive.UNFINISHED, archive.store())
                : writer;
        writer = to;
        long end = from.position() + STEP_BYTES;
        while (from.position() < end) {
          if (!from.next(to::add)) {
            boolean more = to.last() > last;
            if (more) {
              to.finish();
            }
            close();
            if (!more) {
              archive.folder().discard(Archive.UNFINISHED);
            }
            return new Step(true, Math.max(last, to.last()), null);
          }
        }
        return new Step(false, last, null);
      } catch (FileException | CorruptionError failed) {
        close();
        return new Step(false, last, String.valueOf(failed.getMessage()));
      }
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
      if (writer != null) {
        writer.close();
      }
    }
  }
}
