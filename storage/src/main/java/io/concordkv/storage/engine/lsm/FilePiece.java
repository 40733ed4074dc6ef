package io.concordkv.storage.engine.lsm;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;

/// A piece of a file of a content.
///
/// @param file the id of a table or a value file
/// @param offset where it begins in the file
public record FilePiece(long file, long offset, Bytes bytes) {
  /// Which piece it is, without what is in it.
  public Name name() {
    return new Name(file, offset, bytes.length());
  }

  /// Says which piece is meant.
  public record Name(long file, long offset, int length) {
    public void write(ByteWriter out) {
      out.u64(file).varint(offset).varint(length);
    }

    public static Name read(ByteReader in) {
      return new Name(in.u64(), in.varint(), (int) in.varint());
    }
  }
}
