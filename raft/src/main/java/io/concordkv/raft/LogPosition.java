package io.concordkv.raft;

/// Where an entry stands: its index, and the term in which a leader made it. Two logs that agree on
/// one position agree on everything before it (Log Matching).
public record LogPosition(long index, long term) {
  public static final LogPosition START = new LogPosition(0, 0);

  /// Whether a log that ends here is at least as up to date as one that ends at `other`.
  public boolean upToDate(LogPosition other) {
    return term > other.term || (term == other.term && index >= other.index);
  }
}
