package io.concordkv.storage.wal;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.wal.SegmentReader.Group;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Reads along in a log that somebody else writes: what stands in its files and nothing else, so it
/// can tell what a crash at this moment would leave. It changes nothing and judges no damage: the
/// log ends for it where no whole group stands.
///
/// If what it has not read yet was trimmed, it starts again at the oldest segment, so records may
/// come a second time.
public final class WalFollower {
  /// Small: what came since the last time is seldom more.
  private static final int WINDOW_BYTES = 8 << 10;

  private final FileSystem files;
  private final String directory;
  private boolean begun;
  private long end;
  private int chain;

  public WalFollower(FileSystem files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  /// The position up to where all was read.
  public long end() {
    return end;
  }

  /// Passes on the records that came since the last call, in order.
  public void follow(Consumer<WalRecord> replay) {
    if (!files.exists(directory)) {
      return;
    }
    var firsts = firsts();
    while (!firsts.isEmpty()) {
      Long first = begun ? firsts.floor(end) : null;
      if (first == null) {
        first = firsts.first();
        begun = false;
      }
      Long next = firsts.higher(first);
      read(first, next == null ? Long.MAX_VALUE : next, replay);
      if (next == null || end != next) {
        return;
      }
    }
  }

  private NavigableSet<Long> firsts() {
    var firsts = new TreeSet<Long>();
    for (var name : files.list(directory)) {
      if (name.endsWith(WalFormat.SEGMENT_SUFFIX)) {
        var digits = name.substring(0, name.length() - WalFormat.SEGMENT_SUFFIX.length());
        firsts.add(Long.parseLong(digits));
      }
    }
    return firsts;
  }

  private void read(long first, long before, Consumer<WalRecord> replay) {
    var path = WalFormat.segmentPath(directory, first);
    try (var reader = SegmentReader.open(files, path, WINDOW_BYTES)) {
      if (!begun) {
        begun = true;
        end = first;
        chain = reader.header().chain();
      }
      for (Group group = reader.group(end, before);
          group != null && group.chain() == chain;
          group = reader.group(end, before)) {
        group.replay((record, _) -> replay.accept(record));
        end = group.end();
        chain = group.crc();
      }
    } catch (CorruptionError unfinished) {
      // A name without a whole header: there is nothing to be read yet.
      return;
    }
  }
}
