package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.Engine;
import java.time.Instant;

/// Writes pieces of the log to an engine, from the commit on that it has, up to where it is wanted.
final class Replay {
  private final Engine engine;
  private final Until until;
  private boolean ended;

  Replay(Engine engine, Until until) {
    this.engine = engine;
    this.until = until;
  }

  /// Fails if the content of the backup is too new. That it has more than is wanted shows only
  /// here: commits that came while it was made may be in it.
  void begin(String backup, Instant time) {
    if (until instanceof Until.Commit(var number)) {
      if (number < engine.mark()) {
        throw refused(
            "the backup %s has all commits up to %d, and cannot go back to %d: restore an older one"
                .formatted(backup, engine.mark(), number));
      }
      ended = number == engine.mark();
    } else if (until instanceof Until.Time(var instant) && instant.isBefore(time)) {
      throw refused(
          "the backup %s was made at %s, and cannot go back to %s: restore an older one"
              .formatted(backup, time, instant));
    }
  }

  /// Writes a piece. What the engine has already is passed over. Blocks.
  ///
  /// @param store the id of the store that it is of
  void add(Folder folder, LogFile piece, long store) {
    if (ended || piece.last() <= engine.mark()) {
      return;
    }
    try (var reader = new LogFile.Reader(folder, piece, store)) {
      for (var group = reader.next(); group != null && !ended; group = reader.next()) {
        add(folder, group);
      }
    }
  }

  private void add(Folder folder, GroupRecord.Group group) {
    if (until instanceof Until.Time(var instant) && group.time() > instant.toEpochMilli()) {
      ended = true;
      return;
    }
    if (group.last() <= engine.mark()) {
      return;
    }
    if (group.first() > engine.mark() + 1) {
      throw new CorruptionError(
          ("the commits %d to %d are missing in %s: restore up to commit %d, or begin with a backup"
                  + " that has them")
              .formatted(engine.mark() + 1, group.first() - 1, folder.describe(), engine.mark()));
    }
    group.read(batch -> {
      if (batch.mark() <= engine.mark() || ended) {
        return;
      }
      if (engine.stalled()) {
        engine.sync();
      }
      engine.write(batch);
      ended = until instanceof Until.Commit(var number) && batch.mark() == number;
    });
  }

  /// Fails if there was not enough to come to where it is wanted.
  void end() {
    if (until instanceof Until.Commit(var number) && engine.mark() < number) {
      throw refused(
          "what there is ends with commit %d: commit %d is in no backup and no archive that was given"
              .formatted(engine.mark(), number));
    }
  }

  private static ConcordException refused(String why) {
    return new ConcordException(ErrorCode.BAD_SETTING, why);
  }
}
