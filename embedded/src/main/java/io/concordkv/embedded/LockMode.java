package io.concordkv.embedded;

enum LockMode {
  /// For reading: others may read too.
  SHARED,
  EXCLUSIVE;

  /// Whether two owners cannot hold the same thing in these modes.
  boolean excludes(LockMode other) {
    return this == EXCLUSIVE || other == EXCLUSIVE;
  }
}
