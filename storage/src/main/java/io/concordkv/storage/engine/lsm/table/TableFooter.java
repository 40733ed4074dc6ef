package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;

/// The end of a table's file: where everything else is.
///
/// @param filter none if there is no filter
/// @param index all of its blocks
record TableFooter(int version, Handle filter, Handle index, Handle properties) {
  /// That of the table that `info` tells of.
  static TableFooter read(StoredFile file, TableInfo info) {
    long at = info.bytes() - TableFormat.FOOTER_BYTES;
    TableFormat.checkSize(file.path(), file.size(), info.bytes());
    if (at < 0) {
      throw TableFormat.damaged(file.path(), 0, "a table has a footer, and this file has no room");
    }
    var bytes = new byte[TableFormat.FOOTER_BYTES];
    file.read(at, ByteBuffer.wrap(bytes));
    var tail = new ByteReader(Bytes.wrap(bytes, 48, 16));
    int crc = tail.u32();
    int zero = tail.u32();
    if (tail.u64() != TableFormat.MAGIC) {
      throw TableFormat.damaged(file.path(), at, "this is not the end of a table");
    }
    if (zero != 0 || crc != TableFormat.crc(bytes, 0, 48, info.id(), at)) {
      throw TableFormat.damaged(file.path(), at, "the footer's checksum does not match");
    }
    int version = new ByteReader(Bytes.wrap(bytes, 44, 4)).u32();
    if (version < TableFormat.OLDEST_VERSION || version > TableFormat.VERSION) {
      throw TableFormat.damaged(
          file.path(), at, "the table has version " + version + ", which is not known here");
    }
    var in = new ByteReader(Bytes.wrap(bytes, 0, 36));
    return new TableFooter(version, handle(in), handle(in), handle(in));
  }

  private static Handle handle(ByteReader in) {
    return new Handle(in.u64(), in.u32());
  }
}
