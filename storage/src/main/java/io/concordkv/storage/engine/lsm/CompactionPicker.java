package io.concordkv.storage.engine.lsm;

import org.jspecify.annotations.Nullable;

/// Decides what is compacted next.
interface CompactionPicker {
  /// A bar begins: from here on the picks follow from `levels` and the number of the bar alone.
  default void beginBar(Levels levels, long bar) {}

  /// The most urgent of what is due and may begin beside what is at work; null if there is nothing.
  @Nullable CompactionTask pick(Levels levels, AtWork atWork);

  /// About how many bytes are to be rewritten until nothing is due.
  long debt(Levels levels);

  /// How much of the debt below level 0 that is bearable there is, from 0 to 1 or more.
  double pressureBelow(Levels levels);

  /// The level of a whole content that came at once.
  int bottom();
}
