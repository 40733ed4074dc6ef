package io.concordkv.embedded;

import java.time.Duration;

/// When a write is acknowledged: what a caller who has the answer can be sure of.
///
/// In every mode the writes have an order, and what a crash leaves is a beginning of it: never a
/// write without those before it, and never a part of a batch. A write whose answer never came may
/// be there or not. In every mode [ConcordDb#flush()] and [ConcordDb#close()] wait until all that
/// was acknowledged is on the medium.
///
/// "On the medium" means that the sync of the platform (fdatasync) has succeeded: a disk that lies
/// about it can lose what it said it had. A sync that fails stops the store; it is never tried
/// again, since nobody knows then what was lost.
public sealed interface Durability {
  /// A write has a sync of its own and is acknowledged, and visible, after it. An acknowledged
  /// write survives the death of the process and a power cut. One that was never acknowledged may
  /// survive too.
  record EveryWrite() implements Durability {}

  /// As [EveryWrite], but all writes that come while a sync is under way share the next one. The
  /// same promise; with one thread the same speed, with many a multiple.
  record Grouped() implements Durability {}

  /// A write is acknowledged, and visible, when the engine has it in memory. What has gathered is
  /// written and synced `every` after the first of it, or as soon as it is 4 MB. Until then it is
  /// in the process only, so its death takes back the same as a power cut: what was acknowledged in
  /// the last `every`, and in the time that the sync before takes. An engine may have made some of
  /// that durable by itself.
  record Interval(Duration every) implements Durability {}

  Durability EVERY_WRITE = new EveryWrite();
  Durability GROUPED = new Grouped();

  static Durability interval(Duration every) {
    return new Interval(every);
  }
}
