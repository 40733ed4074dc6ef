package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// What a block has beside a key.
///
/// @param bytes the value, or where it lies; null if the key is deleted
/// @param refers whether it is where the value lies, a [ValueReference]
record Stored(@Nullable Bytes bytes, boolean refers) {
  @Nullable ValueReference reference() {
    return bytes != null && refers ? ValueReference.decode(bytes) : null;
  }
}
