package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// The keys from `from` (inclusive) to `to` (exclusive); without a `to`, all from `from` on. Empty
/// if `to` is not above `from`.
public record KeyRange(Bytes from, @Nullable Bytes to) {
  public static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

  public static KeyRange prefix(Bytes prefix) {
    return new KeyRange(prefix, prefix.prefixEnd());
  }

  public boolean contains(Bytes key) {
    return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
  }

  /// Whether all of `other` is in it.
  public boolean contains(KeyRange other) {
    return other.isEmpty()
        || (other.from.compareTo(from) >= 0
            && (to == null || (other.to != null && other.to.compareTo(to) <= 0)));
  }

  /// Whether some key is in both.
  public boolean overlaps(KeyRange other) {
    return !isEmpty()
        && !other.isEmpty()
        && (to == null || other.from.compareTo(to) < 0)
        && (other.to == null || from.compareTo(other.to) < 0);
  }

  public boolean isEmpty() {
    return to != null && to.compareTo(from) <= 0;
  }
}
