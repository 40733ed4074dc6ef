package io.concordkv.storage.wal;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.Workers.Lane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes away the segments that nobody needs and has the next one ready: one of those, if it has
/// the full size, or a new file. Owned by the loop; one step at a time runs in the background.
///
/// Each change of a name is made durable before the next one: after a power cut the segments that
/// are left are neighbours, and a file never has two names.
final class Spares {
  private static final long STEP_BYTES = 4 << 20;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Env env;
  private final String directory;
  private final long segmentBytes;
  private final ArrayDeque<Segment> retired = new ArrayDeque<>();
  private @Nullable Spare ready;
  private @Nullable Spare growing;
  private boolean wanted;
  private boolean busy;
  private boolean full;
  private boolean closed;
  private long made;

  Spares(Env env, String directory, long segmentBytes) {
    this.env = env;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /// The spare, if there is one. It stays here until [#used()].
  @Nullable Spare ready() {
    return ready;
  }

  void used() {
    ready = null;
  }

  /// Asks for a spare; harmless if there is one.
  void prepare() {
    if (ready == null && !wanted) {
      wanted = true;
      step();
    }
  }

  void retire(Segment segment) {
    retired.add(segment);
    step();
  }

  /// Whether the disk had no room for the next segment when that was last tried.
  boolean isFull() {
    return full;
  }

  void close() {
    closed = true;
  }

  private void step() {
    if (busy || closed) {
      return;
    }
    var segment = retired.poll();
    if (segment != null) {
      boolean recycles = ready == null && growing == null && segment.capacity() == segmentBytes;
      var spare = recycles ? new Spare(newPath(), segmentBytes) : null;
      start(() -> retire(segment, spare), this::retired);
    } else if (wanted && ready == null && !full) {
      var before = growing == null ? new Spare(newPath(), 0) : growing;
      growing = before;
      start(() -> grow(before), this::grown);
    }
  }

  private String newPath() {
    return directory + "/" + WalFormat.SPARE_PREFIX + "-" + ++made;
  }

  private <T> void start(Supplier<T> work, Consumer<T> then) {
    busy = true;
    env.workers()
        .run(
            Lane.BACKGROUND,
            work,
            env.loop(),
            result -> {
              busy = false;
              then.accept(result);
              step();
            });
  }

  private Optional<Spare> retire(Segment segment, @Nullable Spare spare) {
    if (spare == null) {
      env.files().delete(segment.path());
    } else {
      env.files().rename(segment.path(), spare.path());
    }
    env.files().syncDirectory(directory);
    return Optional.ofNullable(spare);
  }

  private void retired(Optional<Spare> spare) {
    if (spare.isPresent()) {
      env.reached("wal/segment-recycled");
      ready = spare.get();
      wanted = false;
    }
    full = false;
  }

  /// Adds some zeros; no capacity at all means that the disk is full.
  private Spare grow(Spare spare) {
    long capacity = Math.min(segmentBytes, spare.capacity() + STEP_BYTES);
    try (var file = env.files().open(spare.path(), Mode.WRITE)) {
      file.preallocate(capacity);
      return new Spare(spare.path(), capacity);
    } catch (FileException e) {
      if (e.kind() != FileException.Kind.NO_SPACE) {
        throw e;
      }
    }
    env.files().delete(spare.path());
    return new Spare(spare.path(), 0);
  }

  private void grown(Spare spare) {
    full = spare.capacity() == 0;
    growing = full || spare.capacity() == segmentBytes ? null : spare;
    if (full) {
      env.reached("wal/disk-full");
      env.loop().after(RETRY, this::retry);
    } else if (growing == null) {
      ready = spare;
      wanted = false;
    }
  }

  private void retry() {
    if (full) {
      full = false;
      step();
    }
  }
}
