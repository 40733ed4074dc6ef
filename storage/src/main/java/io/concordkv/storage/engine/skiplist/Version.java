package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// What one batch made of a key. Versions of a key form a chain, newest first.
public final class Version {
  /// What a version costs in memory beside its value, in bytes: two objects with their headers.
  static final int OVERHEAD_BYTES = 56;

  final long sequence;
  final @Nullable Bytes value;

  /// Cut off while readers walk the chain, but only behind the last version that any of them needs.
  @Nullable Version older;

  Version(long sequence, @Nullable Bytes value, @Nullable Version older) {
    this.sequence = sequence;
    this.value = value;
    this.older = older;
  }

  /// That a key was deleted, where no version of it says so.
  public static Version deletion(long sequence) {
    return new Version(sequence, null, null);
  }

  /// Null if the key was deleted.
  public @Nullable Bytes value() {
    return value;
  }

  /// Of the batch.
  public long sequence() {
    return sequence;
  }

  /// The newest version in the chain from `newest` on that a reader at `sequence` may see.
  static @Nullable Version visible(@Nullable Version newest, long sequence) {
    var version = newest;
    while (version != null && version.sequence > sequence) {
      version = version.older;
    }
    return version;
  }
}
