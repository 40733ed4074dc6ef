package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;

/// Where a block lies in the file of a table.
///
/// @param length trailer included; 0: there is no such block
record Handle(long offset, int length) {
  static final Handle NONE = new Handle(0, 0);

  /// As it stands in an index.
  Bytes written() {
    return new ByteWriter(16).varint(offset).varint(length).finish();
  }

  boolean isNone() {
    return length == 0;
  }

  long end() {
    return offset + length;
  }
}
