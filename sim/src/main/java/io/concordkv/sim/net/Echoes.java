package io.concordkv.sim.net;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.transport.Frame;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Frames that were on their way to a node some time ago, one of each likeness: to be heard again.
final class Echoes {
  private static final int MAX_LIKENESSES = 2000;

  /// A frame that is remembered makes way for a newer one in one of so many cases, so that some are
  /// from long ago.
  private static final int REPLACED_ONE_IN = 4;

  /// @param from who sent it
  record Past(long from, Bytes encoded) {}

  /// What a frame is like: its kind, and its place in a stream of parts. Parts that are sent and
  /// parts that are only named are in one place alike.
  private record Likeness(long to, long group, int kind, long place)
      implements Comparable<Likeness> {
    @Override
    public int compareTo(Likeness other) {
      int order = Long.compare(to, other.to);
      order = order != 0 ? order : Long.compare(group, other.group);
      order = order != 0 ? order : Integer.compare(kind, other.kind);
      return order != 0 ? order : Long.compare(place, other.place);
    }
  }

  private final TreeMap<Likeness, Past> past = new TreeMap<>();

  /// Another frame goes from `from` to `to`. Gives back one that is like it, if there is one.
  @Nullable Past next(long from, long to, Frame frame, Bytes encoded, SplittableRandom chance) {
    var likeness = likeness(to, frame);
    var before = past.get(likeness);
    if (before == null ? past.size() < MAX_LIKENESSES : chance.nextInt(REPLACED_ONE_IN) == 0) {
      past.put(likeness, new Past(from, encoded));
    }
    return before;
  }

  private static Likeness likeness(long to, Frame frame) {
    int kind = frame.kind();
    boolean part = kind == StreamFrame.CHUNK || kind == StreamFrame.OFFER;
    return part
        ? new Likeness(to, frame.group(), StreamFrame.CHUNK, place(frame))
        : new Likeness(to, frame.group(), kind, 0);
  }

  private static long place(Frame frame) {
    return switch (StreamFrame.decode(frame)) {
      case StreamFrame.Chunk chunk -> chunk.sequence();
      case StreamFrame.Offer offer -> offer.sequence();
      case StreamFrame.Request _, StreamFrame.End _, StreamFrame.Progress _ ->
          throw new CorruptionError("only parts have a place in a stream");
    };
  }
}
