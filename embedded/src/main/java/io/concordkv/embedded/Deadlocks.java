package io.concordkv.embedded;

/// What is done about transactions that wait for each other in a circle.
///
/// Whoever gives way gets a [DeadlockException] and has lost its locks. It is always the younger
/// one, and one that [ConcordDb#transact] runs again keeps its age: so it grows old, and nobody
/// gives way for ever (Rosenkrantz, Stearns and Lewis, TODS 1978). A transaction that has no lock
/// yet may wait for anybody, and so may a write without a transaction; these never give way.
public enum Deadlocks {
  /// Whenever somebody has to wait it is looked at whether that closes a circle; then the youngest
  /// transaction in it gives way. Nobody does without a circle.
  DETECT,

  /// A transaction waits for younger ones only: it gives way at once if one that it would have to
  /// wait for is older.
  WAIT_DIE,

  /// A transaction waits for older ones only: younger ones in its way give way, unless they are
  /// about to commit. They notice at their next step.
  WOUND_WAIT
}
