package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.storage.wal.SegmentReader.Group;
import io.concordkv.storage.wal.WalFormat.SegmentHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// What was found in the directory of a log when it was opened.
///
/// The log ends at the first position where no whole group stands, unless something behind it was
/// written after a later sync (another segment, or a group that says so), or the marker says that
/// it was acknowledged: a power cut leaves nothing like that. Then it is damage, and the log goes
/// on where the next whole group stands.
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

  static Recovery run(
      FileSystem files,
      String directory,
      ObjLongConsumer<WalRecord> replay,
      Consumer<WalDamage> damaged) {
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
    var acked = marker.known() ? marker.position() : null;
    var reading = new Reading(files, directory, acked, true, replay, damaged);
    var tail = reading.run(firsts);
    var chain = reading.chain;
    return new Recovery(
        marker, tail, reading.segments, reading.sequence + 1, chain.end(), chain.checksum());
  }

  /// As [#run], for those who only look: nothing is written.
  static WalTail look(
      FileSystem files,
      String directory,
      ObjLongConsumer<WalRecord> replay,
      Consumer<WalDamage> damaged) {
    var firsts = new ArrayList<Long>();
    for (var name : files.list(directory)) {
      if (name.endsWith(WalFormat.SEGMENT_SUFFIX)) {
        firsts.add(first(directory, name));
      }
    }
    var acked = AckMarker.read(files, directory);
    if (firsts.isEmpty()) {
      // A log that was ever opened has a marker.
      return acked != null && acked == 0 ? WalTail.CLEAN : WalTail.LOST;
    }
    return new Reading(files, directory, acked, false, replay, damaged).run(firsts);
  }

  /// What it means that the last segment has no whole group at position `end`. Throws if that is
  /// damage.
  ///
  /// @param acked up to where the log was acknowledged; null if nobody can tell
  static WalTail judge(String path, SegmentReader reader, long end, @Nullable Long acked) {
    if (endsAsMarked(reader, end, acked)) {
      return WalTail.CLEAN;
    }
    if (behind(reader, end, acked) != null) {
      throw damaged(path, reader.header(), end, "there are whole groups behind it");
    }
    if (acked == null ? !reader.isBlank(end) : acked > end) {
      return WalTail.LOST;
    }
    boolean torn = reader.begins(end) || reader.find(end, Recovery::any) != null;
    return torn ? WalTail.TORN : WalTail.CLEAN;
  }

  /// The first whole group behind `end` if what lies between was synced once, or null.
  private static @Nullable Group behind(SegmentReader reader, long end, @Nullable Long acked) {
    if (endsAsMarked(reader, end, acked)) {
      return null;
    }
    boolean acknowledged = acked != null && acked > end;
    boolean synced = reader.find(end, group -> acknowledged || group.durable() > end) != null;
    return synced ? reader.find(end, Recovery::any) : null;
  }

  private static boolean endsAsMarked(SegmentReader reader, long end, @Nullable Long acked) {
    return acked != null && acked == end && reader.isBlank(end);
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
    private final @Nullable Long acked;

    /// Whether it may change what there is.
    private final boolean mends;

    private final ObjLongConsumer<WalRecord> replay;
    private final Consumer<WalDamage> damaged;
    private final List<Segment> segments = new ArrayList<>();
    private final GroupChain chain = new GroupChain();
    private long sequence;
    private boolean numbered;

    private Reading(
        FileSystem files,
        String directory,
        @Nullable Long acked,
        boolean mends,
        ObjLongConsumer<WalRecord> replay,
        Consumer<WalDamage> damaged) {
      this.files = files;
      this.directory = directory;
      this.acked = acked;
      this.mends = mends;
      this.replay = replay;
      this.damaged = damaged;
    }

    private WalTail run(List<Long> firsts) {
      chain.jump(firsts.getFirst());
      for (int i = 0; i < firsts.size() - 1; i++) {
        readSynced(firsts.get(i), firsts.get(i + 1));
      }
      return readLast(firsts.getLast());
    }

    /// A segment that is not the last: all of it was synced before the next one began at `next`.
    private void readSynced(long first, long next) {
      var path = WalFormat.segmentPath(directory, first);
      try (var reader = open(path, first)) {
        if (reader == null) {
          report(path, 0, next, "its header and all that followed it cannot be read");
          return;
        }
        chain.read(reader, next, replay);
        while (chain.end() != next) {
          var group = reader.find(chain.end(), behind -> behind.end() <= next);
          long to = group == null ? next : group.position();
          var why = "a group of records is damaged and there is a later segment behind it";
          report(path, reader.header().offset(chain.end()), to, why);
          chain.read(reader, next, replay);
        }
        segments.add(new Segment(path, first, reader.size()));
      }
    }

    private WalTail readLast(long first) {
      var path = WalFormat.segmentPath(directory, first);
      try (var reader = open(path, first)) {
        if (reader == null) {
          return setAside(path, first);
        }
        chain.read(reader, Long.MAX_VALUE, replay);
        for (var group = behind(reader, chain.end(), acked);
            group != null;
            group = behind(reader, chain.end(), acked)) {
          var why = "a group of records is damaged and there are whole groups behind it";
          report(path, reader.header().offset(chain.end()), group.position(), why);
          chain.read(reader, Long.MAX_VALUE, replay);
        }
        var tail = judge(path, reader, chain.end(), acked);
        if (mends) {
          keep(path, reader.header());
        }
        if (chain.end() > first) {
          segments.add(new Segment(path, first, reader.size()));
        } else {
          sequence--;
        }
        return tail;
      }
    }

    /// The segment, linked to the one before it; null if there is nothing whole in it.
    private @Nullable SegmentReader open(String path, long first) {
      var reader = openWhole(path, first);
      if (reader == null) {
        reader = SegmentReader.salvage(files, path, first);
        // What it followed stood in its header, so nothing can be compared.
        if (reader != null) {
          chain.jump(first);
        }
        numbered = false;
        sequence++;
        return reader;
      }
      var header = reader.header();
      boolean next =
          (numbered && chain.known())
              ? header.sequence() == sequence + 1
              : header.sequence() > sequence;
      if (!next || !chain.follows(header.chain())) {
        reader.close();
        throw new CorruptionError(path, 0, "it does not follow the segment before it" + ADVICE);
      }
      numbered = true;
      chain.expect(header.chain());
      sequence = header.sequence();
      return reader;
    }

    private @Nullable SegmentReader openWhole(String path, long first) {
      var reader = SegmentReader.open(files, path, SegmentReader.WINDOW_BYTES);
      if (reader != null && reader.header().first() != first) {
        reader.close();
        return null;
      }
      return reader;
    }

    private void report(String path, long offset, long to, String why) {
      damaged.accept(new WalDamage(path, offset, chain.end(), to, why));
      chain.jump(to);
    }

    /// A last segment without a whole header and without a whole group. The next one takes its
    /// name, but what a person might still find in it is kept.
    private WalTail setAside(String path, long first) {
      if (mends) {
        files.rename(path, directory + "/" + WalFormat.DAMAGED_PREFIX + first);
        files.syncDirectory(directory);
      }
      sequence--;
      return acked != null && acked <= first ? WalTail.TORN : WalTail.LOST;
    }

    /// Writes what may be in the page cache only once more and syncs it: after a failed sync, pages
    /// count as clean though they never reached the medium, and a node that starts again would
    /// build on them.
    private void keep(String path, SegmentHeader header) {
      try (var file = files.open(path, Mode.WRITE)) {
        long at = Math.max(header.first(), acked == null ? 0 : acked);
        while (at < chain.end()) {
          var bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, chain.end() - at));
          int length = file.read(header.offset(at), bytes);
          file.write(header.offset(at), bytes.flip());
          at += length;
        }
        file.sync();
      }
    }
  }
}
