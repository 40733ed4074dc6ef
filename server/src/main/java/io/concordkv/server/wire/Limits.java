package io.concordkv.server.wire;

import com.google.protobuf.CodedOutputStream;
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

  /// What etcd's log entry adds to a request, beside its length: a header with an id, and a tag.
  private static final int ENTRY_OVERHEAD_BYTES = 15;

  public Limits {
    Check.that(
        requestBytes > 0 && requestBytes < (1 << 30), "a request has at least a byte, and no GiB");
    Check.that(txnOperations > 0, "a transaction may have operations");
  }

  /// The largest message that is read at all.
  public int receiveBytes() {
    return requestBytes + RECEIVE_OVERHEAD_BYTES;
  }

  /// Whether a request of `bytes` on the wire is too large for the log.
  public boolean exceededBy(int bytes) {
    return bytes + ENTRY_OVERHEAD_BYTES + CodedOutputStream.computeUInt32SizeNoTag(bytes)
        > requestBytes;
  }
}
