package io.concordkv.storage.wal;

import io.concordkv.base.env.FileSystem;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Reads along in a log that somebody else writes: what stands in its files and nothing else, so it
/// can tell what a crash at this moment would leave. It changes nothing and judges no damage: what
/// cannot be read before the start of another segment is passed over, and the log ends for it where
/// no whole group stands behind that.
///
/// If what it has not read yet was trimmed, it starts again at the oldest segment, so records may
/// come a second time.
public final class WalFollower {
  /// Small: what came since the last time is seldom more.
  private static final int WINDOW_BYTES = 8 << 10;

  private final FileSystem files;
  private final String directory;
  private final GroupChain chain = new GroupChain();
  private boolean begun;

  public WalFollower(FileSystem files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  /// The position up to where all was read.
  public long end() {
    return chain.end();
  }

  /// Passes on the records that came since the last call, in order.
  public void follow(Consumer<WalRecord> replay) {
    if (!files.exists(directory)) {
      return;
    }
    var firsts = firsts();
    while (!firsts.isEmpty()) {
      Long first = begun ? firsts.floor(chain.end()) : null;
      if (first == null) {
        first = firsts.first();
        begun = false;
      }
      Long next = firsts.higher(first);
      read(first, next == null ? Long.MAX_VALUE : next, replay);
      if (next == null || chain.end() != next) {
        return;
      }
    }
  }

  private NavigableSet<Long> firsts() {
    var firsts = new TreeSet<Long>();
    for (var name : files.list(directory)) {
      if (name.endsWith(WalFormat.SEGMENT_SUFFIX)) {
        firsts.add(Recovery.first(directory, name));
      }
    }
    return firsts;
  }

  private void read(long first, long before, Consumer<WalRecord> replay) {
    var path = WalFormat.segmentPath(directory, first);
    try (var reader = SegmentReader.open(files, path, WINDOW_BYTES)) {
      if (reader == null || reader.header().first() != first) {
        // A name without a whole header of its own: there is nothing to be read yet.
        return;
      }
      if (!begun) {
        begun = true;
        chain.jump(first);
        chain.expect(reader.header().chain());
      }
      chain.read(reader, before, (record, _) -> replay.accept(record));
      while (before != Long.MAX_VALUE && chain.end() != before) {
        var group = reader.find(chain.end(), behind -> behind.end() <= before);
        chain.jump(group == null ? before : group.position());
        chain.read(reader, before, (record, _) -> replay.accept(record));
      }
    }
  }
}
