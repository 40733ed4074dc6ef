package io.concordkv.storage.engine.lsm;

import org.jspecify.annotations.Nullable;

/// Decides what is compacted next.
interface CompactionPicker {
  /// The most urgent of what is due and may begin beside what is at work; null if there is nothing.
  @Nullable CompactionTask pick(Levels levels, AtWork atWork);

  /// About how many bytes are to be rewritten until nothing is due.
  long debt(Levels levels);

  /// The level of a whole content that came at once.
  int bottom();
}
