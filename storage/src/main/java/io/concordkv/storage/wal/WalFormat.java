package io.concordkv.storage.wal;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Names and fixed parts of the files of a log; docs/formats/wal.md is the page about them.
final class WalFormat {
  static final int SEGMENT_MAGIC = 0x434B5753;
  static final int GROUP_MAGIC = 0x434B5747;
  static final int VERSION = 1;
  static final int SEGMENT_HEADER_BYTES = 40;
  static final int GROUP_HEADER_BYTES = 44;

  /// Where the checksummed part of a group starts, counted from the group.
  static final int GROUP_CHECKED_FROM = 8;

  static final String SEGMENT_SUFFIX = ".seg";
  static final String SPARE_PREFIX = "spare";
  static final String DAMAGED_PREFIX = "damaged-";
  static final String MARKER = "acked";

  private WalFormat() {}

  static String segmentPath(String directory, long first) {
    return directory + "/" + String.format(Locale.ROOT, "%020d", first) + SEGMENT_SUFFIX;
  }

  /// The first bytes of a segment.
  ///
  /// @param sequence counts the segments of a log
  /// @param first the position of the first byte behind this header
  /// @param epoch drawn for each life of a segment's file, so that groups of an earlier one do not
  ///   pass
  /// @param chain the checksum of the last group before this segment, 0 if there is none
  record SegmentHeader(long sequence, long first, long epoch, int chain) {
    Bytes encode() {
      var out = new ByteWriter(SEGMENT_HEADER_BYTES);
      out.u32(SEGMENT_MAGIC).u32(VERSION).u64(sequence).u64(first).u64(epoch).u32(chain);
      return out.u32(out.crc(0)).finish();
    }

    /// Null if `bytes` are not a whole header.
    static @Nullable SegmentHeader decode(String file, Bytes bytes) {
      if (bytes.length() < SEGMENT_HEADER_BYTES) {
        return null;
      }
      var in = new ByteReader(bytes);
      int magic = in.u32();
      int version = in.u32();
      var header = new SegmentHeader(in.u64(), in.u64(), in.u64(), in.u32());
      int crc = in.u32();
      if (magic != SEGMENT_MAGIC || crc != Crc32c.of(bytes.slice(0, SEGMENT_HEADER_BYTES - 4))) {
        return null;
      }
      if (version != VERSION) {
        throw new CorruptionError(
            file, 4, "version " + version + " of the log is not known to this release");
      }
      return header;
    }

    /// Where in the segment's file `position` lies.
    long offset(long position) {
      return position - first + SEGMENT_HEADER_BYTES;
    }
  }
}
