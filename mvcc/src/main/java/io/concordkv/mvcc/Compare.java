package io.concordkv.mvcc;

import io.concordkv.base.Bytes;

/// One condition of a guarded commit. With a span of several keys all of them must meet it.
///
/// @param result how the key's property must stand to the given one; see [Result]
/// @param number what it is compared with, unless the target is the value
/// @param value what the value is compared with
public record Compare(Span span, Target target, Result result, long number, Bytes value) {
  /// As numbered on the wire.
  public enum Target {
    VERSION,
    CREATE,
    MOD,
    VALUE,
    LEASE
  }

  /// As numbered on the wire. `ANY` is what an unknown number becomes: etcd counts it as true.
  public enum Result {
    EQUAL,
    GREATER,
    LESS,
    NOT_EQUAL,
    ANY
  }
}
