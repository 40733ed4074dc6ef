package io.concordkv.server.wire;

import io.concordkv.base.Check;

/// What one request may ask for.
///
/// @param requestBytes the largest command that may go through the log
/// @param txnOperations compares or operations of a transaction, each list for itself
/// @param quotaBytes what `Status` reports as the size that the store may have
public record Limits(int requestBytes, int txnOperations, long quotaBytes) {
  public static final Limits DEFAULT = new Limits(1_572_864, 128, 2L << 30);

  /// What etcd grants a message above the largest command.
  private static final int RECEIVE_OVERHEAD_BYTES = 512 * 1024;

  /// What etcd's log entry adds to a request: its header with a request id, a tag and a length.
  private static final int ENTRY_OVERHEAD_BYTES = 20;

  public Limits {
    Check.that(
        requestBytes > ENTRY_OVERHEAD_BYTES && requestBytes < (1 << 30),
        "the largest request is between 21 bytes and 1 GiB");
    Check.that(txnOperations > 0, "a transaction may have operations");
  }

  /// The largest message that is read at all.
  public int receiveBytes() {
    return requestBytes + RECEIVE_OVERHEAD_BYTES;
  }

  /// Whether a request of `bytes` on the wire is too large for the log.
  public boolean exceededBy(int bytes) {
    return bytes > requestBytes - ENTRY_OVERHEAD_BYTES;
  }
}
