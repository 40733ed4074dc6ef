package io.concordkv.embedded;

/// What a transaction sees of others, and what it may overwrite. A transaction always sees what it
/// wrote itself, and others see that as a whole after its commit or never.
///
/// What a [Control#PESSIMISTIC] one locks, and when it can fail:
///
/// | level | `get`, `scan` | `getForUpdate`, `scanForUpdate` | `put`, `delete` | commit |
/// |---|---|---|---|---|
/// | READ_COMMITTED | nothing | the key, the range: exclusive | the key: exclusive | never conflicts |
/// | SNAPSHOT | nothing | the same; conflicts if it was written since its moment | the same; conflicts likewise | never conflicts |
/// | SERIALIZABLE | the key, the range: shared | the key, the range: exclusive | the key: exclusive | never conflicts |
///
/// All locks are held until it ends: until its commit has its place in the order of commits, or it
/// is closed. An exclusive lock keeps others from locking the same and from writing it, a shared
/// one from writing it and from locking it exclusively. A range is locked with all keys that could
/// be in it. Each call that locks can fail with a [LockTimeoutException] or a [DeadlockException];
/// the commit with a [DeadlockException] only with [Deadlocks#WOUND_WAIT].
public enum Isolation {
  /// Each read sees the newest that is committed, so two reads of a key may differ, and the last
  /// commit wins: updates can be lost. Never conflicts. A pessimistic one loses no update of what
  /// it reads with `getForUpdate` or `scanForUpdate`.
  READ_COMMITTED,

  /// All reads see one moment: that at which it began; in a pessimistic one, that of its first read
  /// or lock. Of two that overlap and write the same key the first to commit wins and the other one
  /// conflicts; in a pessimistic one as soon as it locks the key. Two may each read what the other
  /// one writes (write skew).
  SNAPSHOT,

  /// Transactions that commit are as if run one after the other, in the order of their commits.
  ///
  /// All reads of an optimistic one see the moment at which it began; it conflicts if a key that it
  /// read, or anything in a range that it scanned, was written since. If it writes nothing it never
  /// conflicts: it comes where it began. A pessimistic one locks what it reads and sees the newest
  /// of it, which stays the newest until it ends.
  SERIALIZABLE
}
