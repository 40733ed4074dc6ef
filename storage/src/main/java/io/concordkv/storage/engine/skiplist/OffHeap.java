package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Check;
import io.concordkv.storage.engine.memory.Deferred;
import io.concordkv.storage.engine.memory.Moments;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Memory outside of the heap, handed out in blocks of multiples of eight bytes that are known by a
/// number: where they lie, counted in units of eight bytes, 0 for nowhere. One thread hands out and
/// takes back; others read.
///
/// A block that is taken back may still be read at an open moment, so it waits until there is none
/// that saw it. It is then on the list of the free blocks of its size. The memory itself goes when
/// this does: the collector frees it, so that whoever still reads never reads what is gone.
final class OffHeap {
  static final int NOWHERE = 0;
  static final int UNIT = 8;

  private static final int CHUNK_BITS = 17;
  private static final int CHUNK_UNITS = 1 << CHUNK_BITS;
  private static final int FIRST_CHUNK_UNITS = 1 << 9;

  /// Blocks of more units lie in a chunk of their own.
  private static final int MAX_UNITS = 1 << 12;

  private static final int MAX_CHUNKS = 1 << (Integer.SIZE - CHUNK_BITS);

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle CHUNKS;

  static {
    try {
      CHUNKS = MethodHandles.lookup().findVarHandle(OffHeap.class, "chunks", MemorySegment[].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Deferred deferred;
  private final int[] free = new int[MAX_UNITS + 1];

  /// Other threads find a block by a link that they read with acquire and that was written with
  /// release after its chunk was entered here. A longer array is published with release, too: who
  /// came by an older link may be the first to see it.
  private MemorySegment[] chunks = new MemorySegment[4];

  private int[] emptyPlaces = new int[4];
  private int emptied;
  private int count;
  private int current;
  private int next = 1;
  private int end = FIRST_CHUNK_UNITS;
  private long bytes;

  OffHeap(Moments moments) {
    deferred = new Deferred(moments);
    chunks[0] = allocate(FIRST_CHUNK_UNITS);
    count = 1;
  }

  /// A block of at least `size` bytes, with anything in it.
  int take(int size) {
    int units = units(size);
    if (units > MAX_UNITS) {
      return enter(allocate(units)) << CHUNK_BITS;
    }
    int block = free[units];
    if (block != NOWHERE) {
      free[units] = getInt(block, 0);
      return block;
    }
    if (end - next < units) {
      if (end > next) {
        free(current << CHUNK_BITS | next, end - next);
      }
      current = enter(allocate(CHUNK_UNITS));
      next = 0;
      end = CHUNK_UNITS;
    }
    block = current << CHUNK_BITS | next;
    next += units;
    return block;
  }

  /// Takes back a block of at least `size` bytes.
  void giveBack(int block, int size) {
    deferred.add((long) units(size) << 32 | (block & 0xFFFF_FFFFL));
  }

  /// Frees what nobody reads any more.
  void collect() {
    for (long item = deferred.poll(); item >= 0; item = deferred.poll()) {
      int block = (int) item;
      int units = (int) (item >>> 32);
      if (units > MAX_UNITS) {
        chunks[block >>> CHUNK_BITS] = chunks[0];
        emptyPlaces[emptied++] = block >>> CHUNK_BITS;
        bytes -= (long) units * UNIT;
      } else {
        free(block, units);
      }
    }
  }

  /// What was taken from the system.
  long bytes() {
    return bytes;
  }

  MemorySegment chunk(int block) {
    return ((MemorySegment[]) CHUNKS.getAcquire(this))[block >>> CHUNK_BITS];
  }

  static long offset(int block) {
    return (long) (block & (CHUNK_UNITS - 1)) * UNIT;
  }

  int getInt(int block, int at) {
    return (int) INT.get(chunk(block), offset(block) + at);
  }

  void setInt(int block, int at, int value) {
    INT.set(chunk(block), offset(block) + at, value);
  }

  int getIntAcquire(int block, int at) {
    return (int) INT.getAcquire(chunk(block), offset(block) + at);
  }

  void setIntRelease(int block, int at, int value) {
    INT.setRelease(chunk(block), offset(block) + at, value);
  }

  long getLong(int block, int at) {
    return chunk(block).get(LONG, offset(block) + at);
  }

  void setLong(int block, int at, long value) {
    chunk(block).set(LONG, offset(block) + at, value);
  }

  /// Eight bytes, the first as the highest.
  long getBytes(int block, int at) {
    return chunk(block).get(BIG_ENDIAN_LONG, offset(block) + at);
  }

  void write(int block, int at, byte[] source, int from, int length) {
    MemorySegment.copy(
        source, from, chunk(block), ValueLayout.JAVA_BYTE, offset(block) + at, length);
  }

  byte[] read(int block, int at, int length) {
    var copy = new byte[length];
    MemorySegment.copy(chunk(block), ValueLayout.JAVA_BYTE, offset(block) + at, copy, 0, length);
    return copy;
  }

  private static int units(int size) {
    return (size + UNIT - 1) / UNIT;
  }

  private MemorySegment allocate(int units) {
    bytes += (long) units * UNIT;
    return Arena.ofAuto().allocate((long) units * UNIT, UNIT);
  }

  private int enter(MemorySegment chunk) {
    int place = emptied > 0 ? emptyPlaces[--emptied] : count++;
    if (place == chunks.length) {
      CHUNKS.setRelease(this, Arrays.copyOf(chunks, 2 * place));
      emptyPlaces = Arrays.copyOf(emptyPlaces, 2 * place);
    }
    Check.that(
        place < MAX_CHUNKS, "%d chunks are more than the %d there can be", place, MAX_CHUNKS);
    chunks[place] = chunk;
    return place;
  }

  private void free(int block, int units) {
    setInt(block, 0, free[units]);
    free[units] = block;
  }
}
