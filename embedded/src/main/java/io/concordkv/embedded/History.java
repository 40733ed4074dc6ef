package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.Wal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is kept of the log, and how long: it is cut by size and age, archived, and trimmed from
/// behind once nobody needs it.
///
/// Owned by the store's loop.
final class History {
  private static final Duration RETRY = Duration.ofMillis(10);

  private final Env env;
  private final Wal wal;
  private final Milestones milestones;
  private final SegmentAge age;
  private final @Nullable Archiver archiver;
  private long trimmed;
  private boolean stopped;

  /// Blocks for a look at the archive.
  ///
  /// @param archive where the log is copied to before it is trimmed
  /// @param moved runs when more of the log may be trimmed
  History(
      Env env,
      Wal wal,
      Milestones milestones,
      BackupOptions options,
      @Nullable Archive archive,
      Runnable moved) {
    this.env = env;
    this.wal = wal;
    this.milestones = milestones;
    age = new SegmentAge(env, wal, options.segmentAge(), moved);
    milestones.begin(wal.start());
    archiver =
        archive == null
            ? null
            : new Archiver(env, wal, archive, archive.last(), options.archiveLagBytes(), moved);
    if (archiver != null) {
      env.loop().post(archiver::look);
    }
  }

  /// The commit `sequence` was appended, and ends at `position`.
  void appended(long sequence, long position) {
    milestones.add(sequence, position);
    age.appended();
  }

  /// The engine does not need the log for the commits up to `sequence`.
  void trim(long sequence) {
    milestones.pass(sequence, wal.durable());
    long to = milestones.passed();
    if (archiver != null) {
      archiver.look();
      to = Math.min(to, archiver.archived());
    }
    if (to > trimmed && !stopped) {
      trimmed = to;
      wal.trim(to);
    }
  }

  /// How much of the log only the log has, and not the engine.
  long bytes() {
    return wal.end() - milestones.passed();
  }

  /// The same, or nothing if there is no room to save it.
  long savableBytes() {
    return wal.outOfSpace() ? 0 : bytes();
  }

  /// Whether writes have to wait for the log, or for its archive.
  boolean stalled() {
    return wal.overloaded() || isBehind();
  }

  private boolean isBehind() {
    return archiver != null && archiver.full() && archiver.state().failure().isEmpty();
  }

  /// Why nothing can be written now; null if it can.
  @Nullable ConcordException refusal() {
    if (wal.outOfSpace()) {
      return new ConcordException(
          ErrorCode.NO_SPACE, "the disk is full: nothing is written until there is room again");
    }
    if (archiver == null || !archiver.full()) {
      return null;
    }
    var state = archiver.state();
    return new ConcordException(
        ErrorCode.NO_SPACE,
        "%d bytes of the log are not in the archive, as much as archive-lag-bytes allows: %s. Nothing is written until that is mended"
            .formatted(state.lagBytes(), state.failure().orElse("it is slower than the writes")));
  }

  /// Tells how far the archive is; nothing if there is none.
  Optional<ArchiveState> state() {
    return Optional.ofNullable(archiver).map(Archiver::state);
  }

  /// Brings all that was appended so far into the archive, and runs `then` with what is in the way
  /// of that.
  void archiveAll(Consumer<Optional<String>> then) {
    if (archiver == null || stopped || wal.outOfSpace()) {
      then.accept(Optional.of(archiver == null ? "there is none" : "the log cannot be written"));
    } else if (wal.canTurn()) {
      wal.turn(() -> archiver.await(wal.newest(), then));
    } else {
      var _ = env.loop().after(RETRY, () -> archiveAll(then));
    }
  }

  /// The store is about to close.
  void stop() {
    stopped = true;
    age.stop();
    if (archiver != null) {
      archiver.stop();
    }
  }

  /// Nothing runs any more.
  void letGo() {
    if (archiver != null) {
      archiver.letGo();
    }
  }
}
