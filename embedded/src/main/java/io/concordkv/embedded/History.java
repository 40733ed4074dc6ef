package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.Wal;

/// What is kept of the log, and how long: it is cut by size and age, and trimmed from behind once
/// nobody needs it.
///
/// Owned by the store's loop.
final class History {
  private final Wal wal;
  private final Milestones milestones;
  private final SegmentAge age;

  /// @param turned runs when a segment was left for its age
  History(Env env, Wal wal, Milestones milestones, BackupOptions options, Runnable turned) {
    this.wal = wal;
    this.milestones = milestones;
    age = new SegmentAge(env, wal, options.segmentAge(), turned);
    milestones.begin(wal.start());
  }

  /// The commit `sequence` was appended, and ends at `position`.
  void appended(long sequence, long position) {
    milestones.add(sequence, position);
    age.appended();
  }

  /// The engine does not need the log for the commits up to `sequence`.
  void trim(long sequence) {
    milestones.trim(wal, sequence);
  }

  /// How much of the log only the log has.
  long bytes() {
    return wal.end() - milestones.passed();
  }

  /// The store is about to close.
  void stop() {
    age.stop();
  }
}
