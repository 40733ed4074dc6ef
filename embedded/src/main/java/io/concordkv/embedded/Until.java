package io.concordkv.embedded;

import java.time.Instant;

/// Up to where a store is restored.
public sealed interface Until {
  /// All that the backup, and the archive if one is given, have.
  record Newest() implements Until {}

  /// The content after this commit.
  record Commit(long number) implements Until {}

  /// The content at this time: all groups of commits that were written then or before.
  record Time(Instant instant) implements Until {}

  Until NEWEST = new Newest();

  static Until commit(long number) {
    return new Commit(number);
  }

  static Until time(Instant instant) {
    return new Time(instant);
  }
}
