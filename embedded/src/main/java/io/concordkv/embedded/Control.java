package io.concordkv.embedded;

/// How transactions are kept from getting in each other's way ("concurrency control"). Those of
/// both kinds can be open at once; [Isolation] says what each promises.
public enum Control {
  /// Nothing is locked and nobody waits: whether another one was in the way is looked at when it
  /// commits. Right where transactions seldom want the same keys.
  OPTIMISTIC,

  /// What it writes is locked before, so whoever else wants to write it waits, also a single write
  /// and the commit of an optimistic one. Right where many want the same keys, or where the work of
  /// a transaction is too dear to be done again. Readers without a transaction and optimistic ones
  /// wait for nobody in any case.
  PESSIMISTIC
}
