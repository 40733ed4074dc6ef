package io.concordkv.sim.store;

/// What a seed may switch on.
public enum Trouble {
  /// The process is killed, or the power is cut: at once or at a file operation.
  CRASHES,
  /// A sync, a read or a write fails.
  BAD_DISK,
  FULL_DISK,
  /// Bits turn over; a write goes elsewhere or is lost.
  ROT,
  /// The store is closed and opened again.
  RESTARTS,
  /// Backups are made, in chains, and restored.
  BACKUPS,
  /// The log is archived.
  ARCHIVE,
  /// Rare courses inside the engine.
  BUGGIFY
}
