package io.concordkv.replica;

/// How many bytes of snapshots this node may send, over all groups and followers: refilled with
/// every tick and never more than one tick's worth, so what was not used is not made up for.
final class SendBudget {
  private final long bytesPerTick;
  private long left;

  /// @param bytesPerTick 0: no limit
  SendBudget(long bytesPerTick) {
    this.bytesPerTick = bytesPerTick;
    left = bytesPerTick;
  }

  void tick() {
    left = Math.min(bytesPerTick, left + bytesPerTick);
  }

  /// Whether something may be sent now. What is sent then may be larger than what is left.
  boolean open() {
    return bytesPerTick == 0 || left > 0;
  }

  void spend(long bytes) {
    left -= bytesPerTick == 0 ? 0 : bytes;
  }
}
