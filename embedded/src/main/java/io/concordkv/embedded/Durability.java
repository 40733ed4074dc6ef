package io.concordkv.embedded;

import java.time.Duration;

/// When a write is acknowledged: what a caller who has the answer can be sure of.
///
/// In every mode the writes have an order, and what a crash leaves is a beginning of it: never a
/// write without those before it, and never a part of a batch. In every mode [ConcordDb#flush()]
/// and [ConcordDb#close()] wait until all that was acknowledged is on the medium.
public sealed interface Durability {
  /// A write has a sync of its own and is acknowledged, and visible, after it. An acknowledged
  /// write survives the death of the process and a power cut. One that was never acknowledged may
  /// survive too.
  record EveryWrite() implements Durability {}

  /// As [EveryWrite], but all writes that come while a sync is under way share the next one. The
  /// same promise; with one thread the same speed, with many a multiple.
  record Grouped() implements Durability {}

  /// A write is acknowledged, and visible, before it is on the disk; what has gathered is written
  /// and synced every `every`, or earlier when it is much. The death of the process or a power cut
  /// takes back what was acknowledged in the last `every`, and in the time that a sync takes.
  record Interval(Duration every) implements Durability {}

  Durability EVERY_WRITE = new EveryWrite();
  Durability GROUPED = new Grouped();

  static Durability interval(Duration every) {
    return new Interval(every);
  }
}
