package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// What one batch made of a key. The versions of a key form a chain, newest first.
final class Link {
  /// What a version costs in memory beside its value, in bytes: two objects with their headers.
  static final int OVERHEAD_BYTES = 56;

  final long sequence;

  /// Null if the key was deleted.
  final @Nullable Bytes value;

  final @Nullable Link older;

  Link(long sequence, @Nullable Bytes value, @Nullable Link older) {
    this.sequence = sequence;
    this.value = value;
    this.older = older;
  }

  /// The newest version in the chain from `newest` on that a reader at `sequence` may see.
  static @Nullable Link visible(@Nullable Link newest, long sequence) {
    var version = newest;
    while (version != null && version.sequence > sequence) {
      version = version.older;
    }
    return version;
  }
}
