package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// What the batch with the number `sequence` made of a key.
///
/// @param value null if it was deleted
public record Version(long sequence, @Nullable Bytes value) {}
