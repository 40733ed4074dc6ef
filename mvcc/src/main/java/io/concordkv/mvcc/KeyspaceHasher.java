package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The CRC32C of what is readable at revisions from the compact revision up to another one, and of
/// nothing else: members that have deleted more or less of what is unreadable agree.
final class KeyspaceHasher {
  private static final int TABLE_AND_KEYSPACE = 5;

  private final CRC32C crc = new CRC32C();
  private final KeyspaceFormat format;
  private final long compactRevision;
  private final long revision;

  KeyspaceHasher(KeyspaceFormat format, long compactRevision, long revision) {
    this.format = format;
    this.compactRevision = compactRevision;
    this.revision = revision;
  }

  int hash(View view) {
    @Nullable Bytes baseOf = null;
    try (var cursor = view.scan(format.dataRange(), Order.ASCENDING)) {
      while (cursor.next()) {
        var at = format.readDataKey(cursor.key());
        if (at.main() > revision) {
          continue;
        }
        boolean readable = at.main() >= compactRevision;
        if (at.main() <= compactRevision) {
          // Only the newest of these is what the key was when it was compacted.
          readable |= !at.key().equals(baseOf) && !format.readVersion(cursor.value()).tombstone();
          baseOf = at.key();
        }
        if (readable) {
          add(cursor.key().slice(TABLE_AND_KEYSPACE));
          add(cursor.value());
        }
      }
    }
    return (int) crc.getValue();
  }

  private void add(Bytes bytes) {
    int length = bytes.length();
    for (int shift = 24; shift >= 0; shift -= 8) {
      crc.update(length >>> shift);
    }
    crc.update(bytes.sharedArray(), bytes.sharedOffset(), length);
  }
}
