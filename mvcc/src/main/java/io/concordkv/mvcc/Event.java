package io.concordkv.mvcc;

import org.jspecify.annotations.Nullable;

/// One change of one key. Of a deleted key only its name and the revision of the deletion are set.
///
/// @param previous what the key was before, where that is known and still there
public record Event(Kind kind, KeyValue pair, @Nullable KeyValue previous) {
  /// As numbered on the wire.
  public enum Kind {
    PUT,
    DELETE
  }
}
