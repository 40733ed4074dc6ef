package io.concordkv.base;

/// Something that must always hold does not: a defect of this program. Never caught to go on.
public final class InvariantError extends Error {
  public InvariantError(String invariant) {
    super("invariant broken: " + invariant);
  }
}
