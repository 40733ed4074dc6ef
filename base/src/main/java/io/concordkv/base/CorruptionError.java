package io.concordkv.base;

/// Stored bytes are not what was written. What was damaged is never served.
///
/// The message says what is damaged, where (file and offset), why it was noticed, and what to do.
public final class CorruptionError extends Error {
  public CorruptionError(String message) {
    super(message);
  }

  public CorruptionError(String file, long offset, String why) {
    super("damaged file " + file + " at offset " + offset + ": " + why);
  }
}
