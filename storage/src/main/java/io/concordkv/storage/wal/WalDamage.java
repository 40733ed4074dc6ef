package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;

/// A part of the log that was durable once and cannot be read any more, with whole groups behind
/// it. Nothing of it is cut off: the log goes on at `to`, and whoever reads it has to find out what
/// it misses.
///
/// @param file where it lies, and `offset` in it
/// @param from the first position that cannot be read
/// @param to where the log can be read again; equal to `from` if something before it is not what it
///   followed
public record WalDamage(String file, long offset, long from, long to, String why) {
  /// For a host that cannot do without what is missing.
  public CorruptionError error() {
    return new CorruptionError(file, offset, why + Recovery.ADVICE);
  }
}
