package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;

/// What a table has of a value that lies in a value file: where it lies.
///
/// @param file the id of the value file
/// @param offset where the value's block begins
/// @param length what the block takes, trailer included
public record ValueReference(long file, long offset, int length) {
  private static final int MOST_BYTES = 24;

  Bytes encoded() {
    return new ByteWriter(MOST_BYTES).varint(file).varint(offset).varint(length).finish();
  }

  static ValueReference decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    long file = in.varint();
    long offset = in.varint();
    int length = (int) in.varint();
    in.end();
    return new ValueReference(file, offset, length);
  }
}
