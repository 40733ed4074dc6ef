package io.concordkv.transport;

import org.jspecify.annotations.Nullable;

/// What may wait for what: a frame never waits behind those of a later lane.
public enum Lane {
  /// Heartbeats, votes and their answers. Small, urgent, rare.
  CONTROL(0),
  /// Entries and their acknowledgements, and what clients wait for.
  DATA(1),
  /// Snapshots.
  BULK(2);

  private static final Lane[] BY_CODE = values();

  private final int code;

  Lane(int code) {
    this.code = code;
  }

  /// What stands for it in frames: 0, 1, 2.
  public int code() {
    return code;
  }

  /// Null if no lane has this code.
  public static @Nullable Lane of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
