package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Versions packed one behind the other in a few arrays, each known by a number. What was written
/// is never changed, so keys and values are handed out as windows.
///
/// The number says in which chunk a version lies and where in it, in words of four bytes. Its
/// fields are the sequence number, the number of the next older version, the lengths of key and
/// value, and their bytes; a deletion has the length -1.
///
/// The writer publishes a number only after all that it stands for is written, with release; who
/// gets it with acquire may read all of that.
final class Arena {
  /// No version at all.
  static final int NONE = -1;

  private static final int OFFSET_BITS = 18;
  private static final int MAX_CHUNK_BYTES = 4 << OFFSET_BITS;
  private static final int FIRST_CHUNK_BYTES = 256;
  private static final int MAX_CHUNKS = 1 << (31 - OFFSET_BITS);

  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private static final int OLDER = 8;
  private static final int KEY_LENGTH = 12;
  private static final int VALUE_LENGTH = 16;
  private static final int KEY = 20;
  private static final int ARRAY_BYTES = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle CHUNKS;

  static {
    try {
      CHUNKS = MethodHandles.lookup().findVarHandle(Arena.class, "chunks", byte[][].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /// Replaced by a longer one when it is full. An element is written before the first number of its
  /// chunk is published.
  private byte[][] chunks = new byte[4][];

  private int chunkCount;

  /// The chunk that is being filled.
  private byte[] chunk = new byte[0];

  private int at;
  private int filling;
  private long bytes;

  /// Adds a version and returns its number, which nobody knows yet.
  int add(Bytes key, @Nullable Bytes value, long sequence, int older) {
    int keyLength = key.length();
    int valueLength = value == null ? 0 : value.length();
    long wanted = (long) KEY + keyLength + valueLength;
    Check.that(wanted <= MAX_BYTES, "a pair of %d bytes is larger than %d", wanted, MAX_BYTES);
    int size = (int) (wanted + 3) & ~3;
    byte[] target = chunk;
    int start = at;
    int number;
    if (size <= chunk.length - at) {
      number = filling << OFFSET_BITS | start >>> 2;
      at += size;
    } else if (size > MAX_CHUNK_BYTES >> 2) {
      // By itself, so that the chunk that is being filled still is.
      target = new byte[size];
      start = 0;
      number = addChunk(target) << OFFSET_BITS;
    } else {
      long usual = Math.clamp(bytes, FIRST_CHUNK_BYTES, MAX_CHUNK_BYTES);
      target = new byte[(int) Math.max(usual, size)];
      chunk = target;
      start = 0;
      at = size;
      filling = addChunk(target);
      number = filling << OFFSET_BITS;
    }
    bytes += size;
    LONG.set(target, start, sequence);
    INT.set(target, start + OLDER, older);
    INT.set(target, start + KEY_LENGTH, keyLength);
    INT.set(target, start + VALUE_LENGTH, value == null ? -1 : valueLength);
    key.copyTo(target, start + KEY);
    if (value != null) {
      value.copyTo(target, start + KEY + keyLength);
    }
    return number;
  }

  /// What the versions take.
  long bytes() {
    return bytes;
  }

  int older(int number) {
    return (int) INT.get(chunk(number), start(number) + OLDER);
  }

  boolean isDeleted(int number) {
    return (int) INT.get(chunk(number), start(number) + VALUE_LENGTH) < 0;
  }

  long sequence(int number) {
    return (long) LONG.get(chunk(number), start(number));
  }

  Bytes key(int number) {
    byte[] array = chunk(number);
    int start = start(number);
    return Bytes.wrap(array, start + KEY, (int) INT.get(array, start + KEY_LENGTH));
  }

  @Nullable Bytes value(int number) {
    byte[] array = chunk(number);
    int start = start(number);
    int length = (int) INT.get(array, start + VALUE_LENGTH);
    int keyLength = (int) INT.get(array, start + KEY_LENGTH);
    return length < 0 ? null : Bytes.wrap(array, start + KEY + keyLength, length);
  }

  /// How the key of a version compares with `key`.
  int compareKey(int number, Bytes key) {
    byte[] array = chunk(number);
    int from = start(number) + KEY;
    int to = from + (int) INT.get(array, from - KEY + KEY_LENGTH);
    int other = key.sharedOffset();
    return Arrays.compareUnsigned(array, from, to, key.sharedArray(), other, other + key.length());
  }

  /// The newest version from `newest` on that a reader at `sequence` sees, or [#NONE].
  int visible(int newest, long sequence) {
    int number = newest;
    while (number != NONE && sequence(number) > sequence) {
      number = older(number);
    }
    return number;
  }

  private int addChunk(byte[] added) {
    Check.that(chunkCount < MAX_CHUNKS, "a memtable has no room for another chunk");
    byte[][] all = chunks;
    if (chunkCount == all.length) {
      all = Arrays.copyOf(all, 2 * chunkCount);
    }
    all[chunkCount] = added;
    CHUNKS.setRelease(this, all);
    bytes += ARRAY_BYTES;
    return chunkCount++;
  }

  private byte[] chunk(int number) {
    return ((byte[][]) CHUNKS.getAcquire(this))[number >>> OFFSET_BITS];
  }

  private static int start(int number) {
    return (number & ((1 << OFFSET_BITS) - 1)) << 2;
  }
}
