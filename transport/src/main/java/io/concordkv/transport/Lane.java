package io.concordkv.transport;

/// What may wait for what: a frame never waits behind those of a later lane.
public enum Lane {
  /// Heartbeats, votes and their answers. Small, urgent, rare.
  CONTROL,
  /// Entries and their acknowledgements, and what clients wait for.
  DATA,
  /// Snapshots.
  BULK
}
