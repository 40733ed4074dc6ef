package io.concordkv.storage.wal;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the segments that are complete and checks them, bit by bit. Begun and closed by the loop,
/// used by one worker at a time. A segment may be trimmed meanwhile, and its file be used again:
/// the log knows whether what was found still concerns it, see [Wal#has(WalDamage)].
public final class WalScrub implements AutoCloseable {
  private final FileSystem files;

  /// The last one is only where the one before it ends.
  private final ArrayDeque<Segment> segments;

  private final GroupChain chain = new GroupChain();
  private @Nullable SegmentReader reader;

  WalScrub(FileSystem files, List<Segment> segments) {
    this.files = files;
    this.segments = new ArrayDeque<>(segments);
  }

  /// What a step came to.
  ///
  /// @param bytes how many were read; 0 when all was read
  public record Step(long bytes, @Nullable WalDamage damage) {}

  /// Checks on, for about `bytes` bytes or to the next damage. The next step goes on behind it.
  public Step step(long bytes) {
    long read = 0;
    while (read < bytes && segments.size() > 1) {
      var segment = segments.remove();
      long end = segments.element().first();
      if (reader == null) {
        reader = open(segment);
        chain.jump(segment.first());
        if (reader == null) {
          if (!files.exists(segment.path())) {
            continue;
          }
          return new Step(
              read + WalFormat.SEGMENT_HEADER_BYTES,
              new WalDamage(segment.path(), 0, segment.first(), end, "its header is damaged"));
        }
      }
      long from = chain.end();
      chain.read(reader, Math.min(end, from + bytes - read), (_, _) -> {});
      if (chain.end() == from && from < end) {
        // A group may be larger than a step.
        chain.readOne(reader, end);
      }
      read += chain.end() - from;
      if (chain.end() == from && from < end) {
        var group = reader.find(from, behind -> behind.end() <= end);
        long to = group == null ? end : group.position();
        long offset = reader.header().offset(from);
        chain.jump(to);
        goOn(segment, end);
        return new Step(
            read + to - from,
            new WalDamage(segment.path(), offset, from, to, "a group of records is damaged"));
      }
      goOn(segment, end);
    }
    return new Step(read, null);
  }

  /// The segment comes again with the next step, if it is not at its end.
  private void goOn(Segment segment, long end) {
    if (chain.end() < end) {
      segments.addFirst(segment);
    } else {
      close();
    }
  }

  private @Nullable SegmentReader open(Segment segment) {
    try {
      return SegmentReader.open(files, segment.path(), SegmentReader.WINDOW_BYTES);
    } catch (FileException gone) {
      if (gone.kind() != FileException.Kind.NOT_FOUND) {
        throw gone;
      }
      return null;
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
