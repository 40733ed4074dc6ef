package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;

/// The numbers of `docs/formats/values.md`.
public final class ValueFormat {
  /// "CKVVALUE"
  private static final long MAGIC = 0x434B5656414C5545L;

  private static final int VERSION = 1;
  static final int FOOTER_BYTES = 40;

  /// What the footer's checksum covers.
  private static final int COVERED_BYTES = 28;

  private static final String SUFFIX = ".values";

  private ValueFormat() {}

  public static String path(String directory, long id) {
    return path(directory, id, 0);
  }

  /// Where a [copy][Copies] of a value file lies.
  public static String path(String directory, long id, int copy) {
    return directory + "/" + TableFormat.name(id, copy) + SUFFIX;
  }

  /// Where the one of `copies` lies that counts.
  public static String path(String directory, long id, Copies copies) {
    return path(directory, id, copies.of(id));
  }

  /// The id of the value file with the file name `name`, or -1 if it is not one's.
  public static long id(String name) {
    return TableFormat.id(name, SUFFIX);
  }

  /// The end of a value file: where the lengths of its blocks stand.
  record Footer(Handle lengths) {
    Bytes encoded(long id, long position) {
      var out = new ByteWriter(FOOTER_BYTES);
      out.u64(lengths.offset()).u32(lengths.length()).u64(id).u32(VERSION).u32(0);
      var covered = out.toBytes();
      return out.u32(crc(covered.sharedArray(), id, position)).u64(MAGIC).finish();
    }

    /// That of the value file `id`, which should have `size` bytes.
    static Footer read(StoredFile file, long id, long size) {
      long at = size - FOOTER_BYTES;
      if (file.size() != size || at < 0) {
        throw TableFormat.damaged(
            file.path(),
            0,
            "the value file has %d bytes and should have %d".formatted(file.size(), size));
      }
      var bytes = new byte[FOOTER_BYTES];
      file.read(at, ByteBuffer.wrap(bytes));
      var tail = new ByteReader(Bytes.wrap(bytes, COVERED_BYTES, FOOTER_BYTES - COVERED_BYTES));
      int crc = tail.u32();
      if (tail.u64() != MAGIC) {
        throw TableFormat.damaged(file.path(), at, "this is not the end of a value file");
      }
      if (crc != crc(bytes, id, at)) {
        throw TableFormat.damaged(file.path(), at, "the footer's checksum does not match");
      }
      var in = new ByteReader(Bytes.wrap(bytes, 0, COVERED_BYTES));
      var footer = new Footer(new Handle(in.u64(), in.u32()));
      in.u64();
      int version = in.u32();
      if (version != VERSION) {
        throw TableFormat.damaged(
            file.path(), at, "the value file has version " + version + ", not known here");
      }
      return footer;
    }

    private static int crc(byte[] covered, long id, long position) {
      return TableFormat.crc(covered, 0, COVERED_BYTES, id, position);
    }
  }
}
