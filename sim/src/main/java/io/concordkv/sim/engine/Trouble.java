package io.concordkv.sim.engine;

/// What a seed may switch on.
public enum Trouble {
  /// The process is killed, or the power is cut: at once or at a file operation.
  CRASHES,
  /// A sync, a read or a write fails.
  BAD_DISK,
  FULL_DISK,
  /// Bits turn over; a write goes elsewhere or is lost.
  ROT,
  /// The engine is closed and opened again by the same process.
  RESTARTS,
  /// The content is replaced as a whole.
  REPLACEMENTS,
  /// Checkpoints are made, compared, and now and then gone on with.
  COPIES,
  /// Rare courses inside the engine.
  BUGGIFY
}
