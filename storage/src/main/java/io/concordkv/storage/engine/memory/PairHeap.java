package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.util.Arrays;

/// Pairs packed in segments, for a content that orders references to them. A pair never changes; a
/// segment of which much is garbage is emptied by moving what counts elsewhere, as a log-structured
/// file system does (Rosenblum and Ousterhout, 1992).
///
/// A reference is the number of a segment and an offset in it, in 40 bits.
public final class PairHeap {
  /// How many bits a reference has.
  public static final int REFERENCE_BITS = 40;

  private static final int OFFSET_BITS = 16;
  private static final int MIN_SEGMENT_BYTES = 1 << 10;
  private static final int MAX_SEGMENT_BYTES = 1 << OFFSET_BITS;
  private static final int MAX_SEGMENTS = 1 << (REFERENCE_BITS - OFFSET_BITS);
  private static final int OBJECT_BYTES = 16;

  /// What moves a pair: puts it again, unless its key has another reference by now.
  public interface Mover {
    void move(long reference, Bytes key, Bytes value);
  }

  private final Deferred emptied;
  private byte[][] segments = new byte[16][];

  /// By segment: how much was written there, and how much of that counts.
  private int[] used = new int[16];

  private int[] live = new int[16];
  private int[] free = new int[16];
  private int freed;
  private int count;
  private int current = -1;
  private long bytes;
  private long usedBytes;
  private long liveBytes;

  public PairHeap(Moments moments) {
    emptied = new Deferred(moments);
  }

  /// The segments as they are now, to read what was written up to now.
  public byte[][] segments() {
    return segments;
  }

  public long add(Bytes key, Bytes value) {
    int size = PackedPair.size(key.length(), value.length());
    if (current < 0 || segments[current].length - used[current] < size) {
      if (size > MAX_SEGMENT_BYTES / 4) {
        // One that is large lies alone.
        return write(newSegment(size), size, key, value);
      }
      if (current >= 0 && live[current] == 0) {
        giveUp(current);
      }
      long wanted = Math.clamp(liveBytes >> 3, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
      current = newSegment((int) Math.max(wanted, size));
    }
    return write(current, size, key, value);
  }

  /// The pair at `reference` counts no more.
  public void drop(long reference) {
    int segment = (int) (reference >>> OFFSET_BITS);
    int size = PackedPair.size(segments[segment], offset(reference));
    live[segment] -= size;
    liveBytes -= size;
    if (live[segment] == 0 && segment != current) {
      giveUp(segment);
    }
  }

  public static Bytes key(byte[][] segments, long reference) {
    return PackedPair.key(segments[(int) (reference >>> OFFSET_BITS)], offset(reference));
  }

  public static Bytes value(byte[][] segments, long reference) {
    return PackedPair.value(segments[(int) (reference >>> OFFSET_BITS)], offset(reference));
  }

  /// How the key at `reference` compares with `key`.
  public static int compareKey(byte[][] segments, long reference, Bytes key) {
    return PackedPair.compareKey(
        segments[(int) (reference >>> OFFSET_BITS)], offset(reference), key);
  }

  public static boolean hasKey(byte[][] segments, long reference, Bytes key) {
    return PackedPair.hasKey(segments[(int) (reference >>> OFFSET_BITS)], offset(reference), key);
  }

  /// Empties a segment if more than two fifths of all are garbage.
  public void tidy(Mover mover) {
    if (usedBytes - liveBytes > usedBytes / 5 * 2 + MIN_SEGMENT_BYTES) {
      int worst = worst();
      if (worst >= 0) {
        empty(worst, mover);
      }
    }
  }

  /// Empties all segments that have garbage.
  public void reclaim(Mover mover) {
    current = -1;
    int last = count;
    for (int i = 0; i < last; i++) {
      if (segments[i] != null && live[i] > 0 && live[i] < segments[i].length) {
        empty(i, mover);
      }
    }
    for (int i = 0; i < last; i++) {
      if (segments[i] != null && live[i] == 0 && used[i] > 0 && i != current) {
        giveUp(i);
      }
    }
    collect();
  }

  /// What it takes, with what only open moments need.
  public long bytes() {
    return bytes + 12L * segments.length;
  }

  private long write(int segment, int size, Bytes key, Bytes value) {
    int at = used[segment];
    PackedPair.write(segments[segment], at, key, value);
    used[segment] += size;
    live[segment] += size;
    usedBytes += size;
    liveBytes += size;
    return (long) segment << OFFSET_BITS | at;
  }

  private int newSegment(int size) {
    collect();
    int segment = freed > 0 ? free[--freed] : count++;
    Check.that(segment < MAX_SEGMENTS, "segment %d is one of %d", segment, MAX_SEGMENTS);
    if (segment == segments.length) {
      // Whoever reads an earlier moment keeps the old array of segments.
      segments = Arrays.copyOf(segments, 2 * segment);
      used = Arrays.copyOf(used, 2 * segment);
      live = Arrays.copyOf(live, 2 * segment);
      free = Arrays.copyOf(free, 2 * segment);
    }
    segments[segment] = new byte[size];
    bytes += size + OBJECT_BYTES;
    return segment;
  }

  private int worst() {
    int worst = -1;
    int most = 0;
    for (int i = 0; i < count; i++) {
      int garbage = used[i] - live[i];
      if (garbage > most && i != current) {
        most = garbage;
        worst = i;
      }
    }
    return worst;
  }

  private void empty(int segment, Mover mover) {
    var array = segments[segment];
    int end = used[segment];
    for (int at = 0; at < end && used[segment] > 0; at += PackedPair.size(array, at)) {
      mover.move(
          (long) segment << OFFSET_BITS | at,
          PackedPair.key(array, at),
          PackedPair.value(array, at));
    }
  }

  /// Nothing in it counts any more, but a moment may still see it.
  private void giveUp(int segment) {
    usedBytes -= used[segment];
    used[segment] = 0;
    emptied.add(segment);
  }

  private void collect() {
    for (long item = emptied.poll(); item >= 0; item = emptied.poll()) {
      int segment = (int) item;
      bytes -= segments[segment].length + OBJECT_BYTES;
      segments[segment] = null;
      free[freed++] = segment;
    }
  }

  private static int offset(long reference) {
    return (int) (reference & (MAX_SEGMENT_BYTES - 1));
  }
}
