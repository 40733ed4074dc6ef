package io.concordkv.storage.wal;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.wal.WalFormat.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The end of the log on the disk. Used while the log is opened, then only by works of the log's
/// lane, one at a time.
///
/// 1. A group is written behind the one before it, in the same segment or at the start of the next.
/// 2. A segment is begun only when all before it is synced; its name is durable before a group is
///    written to it.
/// 3. The marker never names a position that is not synced.
final class LogWriter {
  /// The size of a segment that nobody prepared: small, so that it is there at once.
  static final long SMALL_SEGMENT_BYTES = 4 << 20;

  private static final String UNPREPARED = WalFormat.SPARE_PREFIX + "-none";

  private final FileSystem files;
  private final String directory;
  private final WalOptions options;
  private final RandomGenerator epochs;
  private final AckMarker marker;

  private @Nullable StoredFile file;
  private SegmentHeader header = new SegmentHeader(0, 0, 0, 0);
  private long capacity;
  private long records;
  private long nextSequence;
  private int chain;
  private long end;
  private long synced;
  private boolean lost;

  /// @param end everything below it is durable
  /// @param opened the segments begun, oldest first
  /// @param usedSpare whether the spare that was offered became a segment
  /// @param almostFull whether it is time to prepare the next segment
  record Written(long end, List<Segment> opened, boolean usedSpare, boolean almostFull) {}

  LogWriter(
      FileSystem files,
      String directory,
      WalOptions options,
      RandomGenerator epochs,
      Recovery recovered) {
    this.files = files;
    this.directory = directory;
    this.options = options;
    this.epochs = epochs;
    marker = recovered.marker();
    nextSequence = recovered.nextSequence();
    chain = recovered.chain();
    end = recovered.end();
    synced = end;
    lost = recovered.tail() == WalTail.LOST;
  }

  /// Begins the segment for all that follows recovery. What was left behind the end is cut off by
  /// that: nothing is written behind half a group, and a later recovery does not look there.
  ///
  /// That something was lost must still be seen by the next opening if the host dies before it
  /// wrote anything, so the marker stays above the end.
  Segment begin() {
    if (lost) {
      marker.write(Math.max(marker.position(), end + 1));
      marker.sync();
    } else if (!marker.known()) {
      marker.write(end);
      marker.sync();
    }
    return rotate(null, 0);
  }

  /// Writes `groups`, in order, and returns when they are durable and the marker says so; with
  /// `turn` it then begins the next segment, unless this one holds nothing.
  Written write(List<GroupBuffer> groups, @Nullable Spare spare, boolean turn) {
    var opened = new ArrayList<Segment>(0);
    var unused = spare;
    for (var group : groups) {
      if (!fits(group)) {
        sync();
        opened.add(rotate(unused, group.size()));
        unused = null;
      }
      var at = header.offset(group.first());
      current().write(at, group.seal(header.epoch(), synced, chain));
      chain = group.crc();
      end = group.end();
      records += group.records();
    }
    sync();
    marker.write(end);
    if (lost) {
      marker.sync();
      lost = false;
    }
    if (turn && header.first() != end) {
      opened.add(rotate(unused, 0));
      unused = null;
    }
    return new Written(end, opened, spare != null && unused == null, isAlmostFull());
  }

  private boolean fits(GroupBuffer group) {
    return header.offset(group.end()) <= capacity
        && (records == 0 || records + group.records() <= options.segmentRecords());
  }

  private boolean isAlmostFull() {
    return header.offset(end) > capacity / 2 || records > options.segmentRecords() / 2;
  }

  private void sync() {
    if (synced != end) {
      current().sync();
      synced = end;
    }
  }

  /// The next segment, with room for a group of `bytes`.
  private Segment rotate(@Nullable Spare spare, long bytes) {
    var from = spare == null ? directory + "/" + UNPREPARED : spare.path();
    long prepared =
        spare == null ? Math.min(SMALL_SEGMENT_BYTES, options.segmentBytes()) : spare.capacity();
    capacity = Math.max(prepared, WalFormat.SEGMENT_HEADER_BYTES + bytes);
    header = new SegmentHeader(sequence(), end, epochs.nextLong(), chain);
    records = 0;
    if (file != null) {
      file.close();
    }
    try (var next = files.open(from, Mode.WRITE)) {
      if (spare == null || capacity > prepared) {
        next.preallocate(capacity);
      }
      next.write(0, buffer(header.encode()));
      next.sync();
    }
    var path = WalFormat.segmentPath(directory, end);
    files.rename(from, path);
    files.syncDirectory(directory);
    file = files.open(path, Mode.WRITE);
    return new Segment(path, end, capacity);
  }

  /// A segment that holds nothing is replaced by the next one, which takes its name and number.
  private long sequence() {
    return file != null && header.first() == end ? header.sequence() : nextSequence++;
  }

  private static ByteBuffer buffer(Bytes bytes) {
    return ByteBuffer.wrap(bytes.sharedArray(), bytes.sharedOffset(), bytes.length());
  }

  private StoredFile current() {
    if (file == null) {
      throw new IllegalStateException("a log is written once its first segment is begun");
    }
    return file;
  }

  void close() {
    if (file != null) {
      file.close();
    }
    marker.close();
  }
}
