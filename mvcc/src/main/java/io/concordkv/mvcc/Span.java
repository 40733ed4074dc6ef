package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import org.jspecify.annotations.Nullable;

/// Which keys are meant, as etcd writes it: without an `end` the one `key`; with the end `\0` all
/// keys from `key` on; else the keys from `key` (inclusive) to `end` (exclusive).
public record Span(Bytes key, Bytes end) {
  private static final Bytes ZERO = Bytes.wrap(new byte[1]);

  public static Span of(Bytes key) {
    return new Span(key, Bytes.EMPTY);
  }

  public static Span prefix(Bytes prefix) {
    var end = prefix.prefixEnd();
    return prefix.isEmpty() ? new Span(ZERO, ZERO) : new Span(prefix, end == null ? ZERO : end);
  }

  public boolean single() {
    return end.isEmpty();
  }

  /// No key can lie in it.
  public boolean isEmpty() {
    return !single() && !end.equals(ZERO) && key.compareTo(end) >= 0;
  }

  public boolean contains(Bytes candidate) {
    return single()
        ? candidate.equals(key)
        : candidate.compareTo(key) >= 0 && (end.equals(ZERO) || candidate.compareTo(end) < 0);
  }

  /// The first key behind it; null if it has no end.
  public @Nullable Bytes upper() {
    return single() ? key.successor() : end.equals(ZERO) ? null : end;
  }

  public KeyRange range() {
    return new KeyRange(key, upper());
  }
}
