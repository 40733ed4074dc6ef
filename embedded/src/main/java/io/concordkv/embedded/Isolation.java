package io.concordkv.embedded;

/// What a transaction sees of others, and what it may overwrite. A transaction always sees what it
/// wrote itself, and others see that as a whole after its commit or never.
public enum Isolation {
  /// Each read sees the newest that is committed, so two reads of a key may differ, and the last
  /// commit wins: updates can be lost. Never conflicts.
  READ_COMMITTED,

  /// All reads see the moment at which the transaction began. Of two that overlap and write the
  /// same key the first to commit wins and the other one conflicts. Two may each read what the
  /// other one writes (write skew).
  SNAPSHOT,

  /// All reads see the moment at which the transaction began; it conflicts if a key that it read,
  /// or anything in a range that it scanned, was written since. So transactions that commit are as
  /// if run one after the other, in the order of their commits. One that writes nothing never
  /// conflicts: it comes where it began.
  SERIALIZABLE
}
