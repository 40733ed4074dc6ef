package io.concordkv.raft;

/// What a member must never forget: its term and its vote in that term (0: none). The committed
/// index is kept beside them to shorten recovery; losing it is harmless.
public record HardState(long term, long vote, long committed) {
  public static final HardState START = new HardState(0, 0, 0);

  /// Whether going from `before` to this must be on the medium before anybody hears of it.
  public boolean mustSync(HardState before) {
    return term != before.term || vote != before.vote;
  }
}
