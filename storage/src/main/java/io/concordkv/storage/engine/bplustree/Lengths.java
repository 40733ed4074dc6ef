package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;

/// How long a key and a value may be.
final class Lengths {
  static final int MAX_KEY_BYTES = 8 << 20;
  static final int MAX_VALUE_BYTES = 512 << 20;

  private Lengths() {}

  /// Refuses the changes of a batch of `bytes` if no page can take one of their keys or values.
  static void check(long bytes, List<WriteBatch.Change.Single> changes) {
    if (bytes <= MAX_KEY_BYTES) {
      return;
    }
    for (var change : changes) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> check(key.length(), value.length());
        case WriteBatch.Change.Delete(var key) -> check(key.length(), 0);
      }
    }
  }

  private static void check(int key, int value) {
    if (key > MAX_KEY_BYTES || value > MAX_VALUE_BYTES) {
      throw new ConcordException(
          ErrorCode.REQUEST_TOO_LARGE,
          "a key has at most " + MAX_KEY_BYTES + " bytes and a value " + MAX_VALUE_BYTES);
    }
  }
}
