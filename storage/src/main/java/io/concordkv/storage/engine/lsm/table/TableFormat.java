package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.StoredFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// The numbers of `docs/formats/sstable.md`.
public final class TableFormat {
  /// "CKVTABLE"
  static final long MAGIC = 0x434B565441424C45L;

  /// Version 1 had no Snappy and no Zstd, version 2 no parts.
  static final int VERSION = 3;

  static final int WITHOUT_PARTS = 2;
  static final int OLDEST_VERSION = 1;

  /// Behind every block: its type and its checksum.
  static final int TRAILER_BYTES = 5;

  static final int FOOTER_BYTES = 64;

  /// Every sixteenth key of a data block is written whole.
  static final int RESTART_INTERVAL = 16;

  private static final String SUFFIX = ".sst";
  private static final Pattern NAME =
      Pattern.compile("[0-7][0-9a-f]{15}(-[1-9][0-9]{0,8})?\\.[a-z]+");
  private static final String ADVICE =
      "; nothing of it is served. Let this node fetch the data from its peers (remove its data"
          + " directory and let it join anew), or restore a backup";

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private TableFormat() {}

  public static String path(String directory, long id) {
    return path(directory, id, 0);
  }

  /// Where a [copy][Copies] of a table lies.
  public static String path(String directory, long id, int copy) {
    return directory + "/" + fileName(id, copy);
  }

  /// Where the one of `copies` lies that counts.
  public static String path(String directory, long id, Copies copies) {
    return path(directory, id, copies.of(id));
  }

  /// Where the table lies of which `info` tells.
  public static String path(String directory, TableInfo info) {
    return path(directory, info.id(), info.copies());
  }

  /// The name of the file of the table of which `info` tells.
  public static String fileName(TableInfo info) {
    return fileName(info.id(), info.copies().of(info.id()));
  }

  static String fileName(long id, int copy) {
    return name(id, copy) + SUFFIX;
  }

  static String name(long id, int copy) {
    return copy == 0 ? "%016x".formatted(id) : "%016x-%d".formatted(id, copy);
  }

  /// The id of the table with the file name `name`, or -1 if it is not a table's.
  public static long id(String name) {
    return id(name, SUFFIX);
  }

  static long id(String name, String suffix) {
    if (!name.endsWith(suffix) || !NAME.matcher(name).matches()) {
      return -1;
    }
    return Long.parseLong(name.substring(0, 16), 16);
  }

  /// Which copy of a table or a value file has this file name.
  static int copy(String name) {
    return name.charAt(16) == '-' ? Integer.parseInt(name.substring(17, name.indexOf('.'))) : 0;
  }

  /// Whether a table with this id was written outside of any store: a store counts its ids up from
  /// 1, and those of prepared tables are drawn from the upper half of all numbers.
  public static boolean isPrepared(long id) {
    return id < 0;
  }

  /// The id that the footer of `file` says, whole or not; 0 if it has none.
  static long footerId(StoredFile file) {
    long at = file.size() - FOOTER_BYTES;
    var footer = ByteBuffer.allocate(FOOTER_BYTES);
    if (at < 0 || file.read(at, footer) < FOOTER_BYTES || footer.getLong(56) != MAGIC) {
      return 0;
    }
    return footer.getLong(36);
  }

  /// The checksum of what lies at `position` of a table: of the bytes and of the place, so that
  /// bytes which belong elsewhere are noticed.
  static int crc(byte[] array, int offset, int length, long table, long position) {
    var crc = new CRC32C();
    crc.update(array, offset, length);
    var place = new byte[16];
    LONG.set(place, 0, table);
    LONG.set(place, 8, position);
    crc.update(place);
    return (int) crc.getValue();
  }

  static CorruptionError missing(String path) {
    return damaged(path, 0, "the manifest names this table, but it is missing");
  }

  /// Checks how long the file of a table is.
  static void checkSize(String path, long bytes, long expected) {
    if (bytes != expected) {
      throw damaged(
          path, 0, "the table has %d bytes and should have %d".formatted(bytes, expected));
    }
  }

  public static CorruptionError damaged(String path, long position, String why) {
    return new CorruptionError(path, position, why + ADVICE);
  }
}
