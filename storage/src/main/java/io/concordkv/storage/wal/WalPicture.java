package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A log as it stands at this moment, for those who only look: nothing is locked, written or
/// repaired, so the node that owns the log may go on writing and trimming it meanwhile.
///
/// It ends where the log does, or at the first damage; what is before that can be read again and
/// again. Not for more than one thread.
public final class WalPicture implements AutoCloseable {
  /// How often it is tried again when the owner removed or wrote something in between.
  private static final int TRIES = 100;

  /// Small, since all segments are open at once.
  private static final int WINDOW_BYTES = 64 << 10;

  private final List<Shot> shots = new ArrayList<>();
  private WalTail tail = WalTail.CLEAN;
  private @Nullable CorruptionError damage;
  private String file = "";
  private long end;
  private long offset;

  private WalPicture() {}

  /// A segment, open: it can be read even when its name is gone.
  private record Shot(String path, SegmentReader reader) {}

  /// Looks at all segments in `directory`.
  public static WalPicture take(FileSystem files, String directory) {
    for (int tried = 1; ; tried++) {
      // What is acknowledged by now lies in segments that have their names by now.
      var acked = AckMarker.read(files, directory);
      var picture = new WalPicture();
      boolean usable = false;
      try {
        var names = new TreeMap<Long, String>();
        for (var name : files.list(directory)) {
          if (name.endsWith(WalFormat.SEGMENT_SUFFIX)) {
            names.put(Recovery.first(directory, name), name);
          }
        }
        picture.open(files, directory, names);
        picture.scan(acked, names.isEmpty());
        usable =
            picture.damage == null
                || picture.shots.stream().allMatch(shot -> files.exists(shot.path));
      } catch (FileException e) {
        if (e.kind() != FileException.Kind.NOT_FOUND) {
          throw e;
        }
      } finally {
        if (!usable) {
          picture.close();
        }
      }
      if (usable) {
        return picture;
      }
      if (tried == TRIES) {
        throw new FileException(FileException.Kind.NOT_FOUND, "keep up with", directory, null);
      }
    }
  }

  /// Looks at one segment alone.
  public static WalPicture ofSegment(FileSystem files, String directory, String name) {
    var picture = new WalPicture();
    var names = new TreeMap<Long, String>();
    names.put(Recovery.first(directory, name), name);
    try {
      picture.open(files, directory, names);
      picture.scan(Long.MIN_VALUE, false);
    } catch (RuntimeException | Error failure) {
      picture.close();
      throw failure;
    }
    return picture;
  }

  /// Passes on all records, in order.
  public void read(Consumer<WalRecord> consumer) {
    for (int i = 0; i < shots.size(); i++) {
      var shot = shots.get(i);
      long at = shot.reader.header().first();
      long before = i + 1 < shots.size() ? shots.get(i + 1).reader.header().first() : end;
      while (at < before) {
        var group = shot.reader.group(at, before);
        if (group == null) {
          throw new CorruptionError(
              shot.path,
              shot.reader.header().offset(at),
              "it changed while it was read; the node may have trimmed it, so look again");
        }
        group.replay((record, _) -> consumer.accept(record));
        at = group.end();
      }
    }
  }

  /// How the log ends. Of a log that is being written, [WalTail#TORN] may be the group that is on
  /// its way.
  public WalTail tail() {
    return tail;
  }

  /// What made the picture end before the log does; null if nothing is damaged.
  public @Nullable CorruptionError damage() {
    return damage;
  }

  /// The file in which the picture ends, empty if there is none.
  public String file() {
    return file;
  }

  /// Where in [#file()] it ends.
  public long offset() {
    return offset;
  }

  /// How many segments it shows.
  public int segments() {
    return shots.size();
  }

  private void open(FileSystem files, String directory, Map<Long, String> names) {
    for (var name : names.values()) {
      var path = directory + "/" + name;
      try {
        var reader = SegmentReader.open(files, path, WINDOW_BYTES);
        if (reader == null) {
          throw new CorruptionError(path, 0, "the segment's header is damaged" + Recovery.ADVICE);
        }
        shots.add(new Shot(path, reader));
      } catch (CorruptionError header) {
        damage = header;
        file = path;
        return;
      }
    }
  }

  private void scan(@Nullable Long acked, boolean none) {
    if (none && acked != null && acked > 0) {
      damage = new CorruptionError("there are no segments though something was written");
    }
    int chain = 0;
    long sequence = 0;
    for (int i = 0; i < shots.size(); i++) {
      var shot = shots.get(i);
      var header = shot.reader.header();
      if (i == 0) {
        end = header.first();
        chain = header.chain();
      } else if (header.first() != end
          || header.chain() != chain
          || header.sequence() != sequence + 1) {
        keep(i);
        damage =
            new CorruptionError(
                shot.path, 0, "it does not follow the segment before it" + Recovery.ADVICE);
        return;
      }
      boolean last = i == shots.size() - 1;
      long before = last ? Long.MAX_VALUE : shots.get(i + 1).reader.header().first();
      chain = walk(shot, before, chain);
      sequence = end > header.first() ? header.sequence() : header.sequence() - 1;
      if (!last && end != before) {
        damage = Recovery.damaged(shot.path, header, end, "there is a later segment behind it");
        keep(i + 1);
        return;
      }
      if (last && damage == null) {
        judge(shot, acked, chain);
      }
    }
  }

  /// Goes to the end of a segment.
  ///
  /// @return the checksum of its last group
  private int walk(Shot shot, long before, int chain) {
    int last = chain;
    end = Math.max(end, shot.reader.header().first());
    for (var group = shot.reader.group(end, before);
        group != null && group.chain() == last;
        group = shot.reader.group(end, before)) {
      end = group.end();
      last = group.crc();
    }
    file = shot.path;
    offset = shot.reader.header().offset(end);
    return last;
  }

  /// A group that was not whole may be so by now, since somebody writes it; then it is not what it
  /// was judged to be.
  private void judge(Shot shot, @Nullable Long acked, int chainBefore) {
    int chain = chainBefore;
    for (int tried = 0; tried < TRIES; tried++) {
      damage = null;
      try {
        tail = Recovery.judge(shot.path, shot.reader, end, acked);
      } catch (CorruptionError found) {
        damage = found;
      }
      if (tail == WalTail.CLEAN && damage == null) {
        return;
      }
      long judged = end;
      shot.reader.forget();
      chain = walk(shot, Long.MAX_VALUE, chain);
      if (end == judged) {
        return;
      }
    }
  }

  /// What lies behind damage is not shown.
  private void keep(int count) {
    while (shots.size() > count) {
      shots.removeLast().reader.close();
    }
  }

  @Override
  public void close() {
    keep(0);
  }
}
