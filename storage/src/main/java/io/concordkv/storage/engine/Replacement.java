package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;

/// A new content for an engine, built beside the living one: how a snapshot is installed. Nothing
/// of it is visible before [Engine#replaceWith], and a crash before that leaves nothing behind.
///
/// Used by one worker at a time.
public interface Replacement {
  /// Keys come in ascending order.
  void add(Bytes key, Bytes value);

  /// Makes all of it durable. Nothing can be added after this.
  void seal();

  /// Throws it away, sealed or not.
  void abandon();
}
