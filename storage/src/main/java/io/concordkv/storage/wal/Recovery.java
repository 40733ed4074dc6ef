package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.storage.wal.SegmentReader.Group;
import io.concordkv.storage.wal.WalFormat.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// What was found in the directory of a log when it was opened.
///
/// The log ends at the first position where no whole group stands. A power cut can leave that only
/// in what was written since the last sync, so it is damage if anything behind it was written after
/// a later sync (another segment, or a group that says so), or if the marker says that it was
/// acknowledged.
///
/// @param segments those that hold groups, oldest first
/// @param end the position behind the last whole group
/// @param chain the checksum of the last group
record Recovery(
    AckMarker marker,
    WalTail tail,
    List<Segment> segments,
    long nextSequence,
    long end,
    int chain) {
  static final String ADVICE =
      ". The node must not go on with it: remove the member and add it again with an empty"
          + " directory, or restore from a snapshot";

  private static final int COPY_BYTES = 1 << 20;

  static Recovery run(FileSystem files, String directory, ObjLongConsumer<WalRecord> replay) {
    files.createDirectories(directory);
    var firsts = new ArrayList<Long>();
    for (var name : files.list(directory)) {
      if (name.startsWith(WalFormat.SPARE_PREFIX)) {
        files.delete(directory + "/" + name);
      } else if (name.endsWith(WalFormat.SEGMENT_SUFFIX)) {
        firsts.add(first(directory, name));
      }
    }
    var marker = AckMarker.open(files, directory);
    files.syncDirectory(directory);
    if (firsts.isEmpty()) {
      if (marker.position() > 0) {
        throw new CorruptionError(
            "the log in " + directory + " has no segments though something was written" + ADVICE);
      }
      return new Recovery(marker, WalTail.CLEAN, new ArrayList<>(), 1, 0, 0);
    }
    return new Reading(files, directory, marker, replay).run(firsts);
  }

  /// What it means that the last segment has no whole group at position `end`. Throws if that is
  /// damage.
  ///
  /// @param acked up to where the log was acknowledged; null if nobody can tell
  static WalTail judge(String path, SegmentReader reader, long end, @Nullable Long acked) {
    boolean acknowledged = acked != null && acked > end;
    boolean blank = reader.isBlank(end);
    if (blank && acked != null && acked == end) {
      return WalTail.CLEAN;
    }
    if (reader.find(end, group -> acknowledged || group.durable() > end) != null) {
      throw damaged(path, reader.header(), end, "there are whole groups behind it");
    }
    if (acknowledged || (!blank && acked == null)) {
      return WalTail.LOST;
    }
    boolean torn = reader.begins(end) || reader.find(end, Recovery::any) != null;
    return torn ? WalTail.TORN : WalTail.CLEAN;
  }

  private static boolean any(Group group) {
    return group.durable() >= 0;
  }

  static CorruptionError damaged(String path, SegmentHeader header, long end, String why) {
    return new CorruptionError(
        path, header.offset(end), "a group of records is damaged and " + why + ADVICE);
  }

  static long first(String directory, String name) {
    var digits = name.substring(0, name.length() - WalFormat.SEGMENT_SUFFIX.length());
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException _) {
      throw new CorruptionError(directory + "/" + name, 0, "a segment is named by its position");
    }
  }

  /// Reads segment after segment.
  private static final class Reading {
    private final FileSystem files;
    private final String directory;
    private final AckMarker marker;
    private final ObjLongConsumer<WalRecord> replay;
    private final List<Segment> segments = new ArrayList<>();
    private long sequence;
    private long end;
    private int chain;

    private Reading(
        FileSystem files, String directory, AckMarker marker, ObjLongConsumer<WalRecord> replay) {
      this.files = files;
      this.directory = directory;
      this.marker = marker;
      this.replay = replay;
    }

    private Recovery run(List<Long> firsts) {
      var tail = WalTail.CLEAN;
      for (int i = 0; i < firsts.size(); i++) {
        long first = firsts.get(i);
        var path = WalFormat.segmentPath(directory, first);
        boolean last = i == firsts.size() - 1;
        try (var reader = SegmentReader.open(files, path)) {
          link(path, reader.header(), i == 0, first);
          read(reader, last ? Long.MAX_VALUE : firsts.get(i + 1));
          if (last) {
            tail = judge(path, reader, end, marker.known() ? marker.position() : null);
            keep(path, reader.header());
          } else if (end != firsts.get(i + 1)) {
            throw damaged(path, reader.header(), end, "there is a later segment behind it");
          }
          if (end > first) {
            segments.add(new Segment(path, first, reader.size()));
          } else {
            sequence--;
          }
        }
      }
      return new Recovery(marker, tail, segments, sequence + 1, end, chain);
    }

    private void link(String path, SegmentHeader header, boolean oldest, long first) {
      if (header.first() != first) {
        throw new CorruptionError(path, 0, "its header is that of another segment" + ADVICE);
      }
      if (oldest) {
        end = first;
        chain = header.chain();
      } else if (header.sequence() != sequence + 1 || header.chain() != chain) {
        throw new CorruptionError(path, 0, "it does not follow the segment before it" + ADVICE);
      }
      sequence = header.sequence();
    }

    private void read(SegmentReader reader, long before) {
      for (var group = reader.group(end, before);
          group != null && group.chain() == chain;
          group = reader.group(end, before)) {
        group.replay(replay);
        end = group.end();
        chain = group.crc();
      }
    }

    /// Writes what may be in the page cache only once more and syncs it: after a failed sync, pages
    /// count as clean though they never reached the medium, and a node that starts again would
    /// build on them.
    private void keep(String path, SegmentHeader header) {
      try (var file = files.open(path, Mode.WRITE)) {
        long at = Math.max(header.first(), marker.known() ? marker.position() : 0);
        while (at < end) {
          var bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, end - at));
          int length = file.read(header.offset(at), bytes);
          file.write(header.offset(at), bytes.flip());
          at += length;
        }
        file.sync();
      }
    }
  }
}
