package io.concordkv.transport;

import org.jspecify.annotations.Nullable;

/// What may wait for what: a frame never waits behind those of a later lane.
///
/// A lane has a bounded queue of its own to each node, over the network a connection of its own,
/// and at the receiver its own turn: of what has arrived, the earlier lane goes first ([Inbox]). So
/// however much of a later lane is under way, it costs a heartbeat no more than its share of the
/// wire and the one batch that is being handled.
public enum Lane {
  /// Heartbeats, votes and their answers. Small, urgent, rare.
  CONTROL(0),
  /// Entries and their acknowledgements, and what clients wait for.
  DATA(1),
  /// Snapshots. They wait as long as the loop has entries to handle.
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
