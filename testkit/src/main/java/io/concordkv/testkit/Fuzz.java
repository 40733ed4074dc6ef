package io.concordkv.testkit;

import com.sun.management.ThreadMXBean;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Gives decoders bytes that were valid once: bits turned over, parts cut out, doubled or taken
/// from another example, numbers at their extremes.
///
/// A decoder may read them as something, or refuse them with a [CorruptionError] or a
/// [ConcordException]. Any other exception is a failure, and so is taking much more memory than the
/// input has bytes.
///
/// `-Dfuzz.seconds=60` goes on for so long, with other chance each time.
public final class Fuzz {
  /// LZ4 unpacks to 255 times as much, and objects are larger than what they are read from.
  private static final long ALLOCATED_PER_BYTE = 1024;

  private static final long ALLOCATED_ANYWAY = 8 << 20;
  private static final int MOST_EDITS = 4;
  private static final int LONGEST_PART = 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Fuzz() {}

  /// Hands `cases` damaged forms of `valid` to `decode`.
  public static void check(int cases, List<Bytes> valid, Function<Bytes, ?> decode) {
    check(cases, valid, bytes -> bytes, decode);
  }

  /// As [#check(int, List, Function)], but `mend` puts right the checksum of each second one, so
  /// that the parser behind it is reached.
  public static void check(
      int cases, List<Bytes> valid, UnaryOperator<Bytes> mend, Function<Bytes, ?> decode) {
    long seconds = Long.getLong("fuzz.seconds", 0);
    long first = seconds == 0 ? 1 : System.nanoTime();
    long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    for (long seed = first; seed < first + cases || System.nanoTime() < until; seed++) {
      var gen = new Gen(seed);
      var damaged = damaged(gen, valid);
      attempt(gen.flag() ? mend.apply(damaged) : damaged, decode);
    }
  }

  private static void attempt(Bytes bytes, Function<Bytes, ?> decode) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      var _ = decode.apply(bytes);
    } catch (CorruptionError | ConcordException _) {
      // Refused.
    } catch (RuntimeException | Error failure) {
      throw new AssertionError("of the bytes " + hex(bytes) + ": " + failure, failure);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > ALLOCATED_ANYWAY + ALLOCATED_PER_BYTE * bytes.length()) {
      throw new AssertionError(allocated + " bytes were allocated for the bytes " + hex(bytes));
    }
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }

  private static Bytes damaged(Gen gen, List<Bytes> valid) {
    var bytes = gen.oneOf(valid);
    for (int edits = gen.between(1, MOST_EDITS); edits > 0; edits--) {
      bytes = edited(gen, bytes, gen.oneOf(valid));
    }
    return bytes;
  }

  private static Bytes edited(Gen gen, Bytes bytes, Bytes other) {
    int at = gen.below(bytes.length() + 1);
    int end = gen.between(at, Math.min(bytes.length(), at + LONGEST_PART));
    var head = bytes.slice(0, at);
    return switch (gen.below(7)) {
      case 0 -> head;
      case 1 -> head.plus(bytes.slice(end));
      case 2 -> bytes.slice(0, end).plus(bytes.slice(at));
      case 3 -> head.plus(other.slice(gen.below(other.length() + 1)));
      case 4 -> overwritten(bytes, at, extreme(gen));
      case 5 -> head.plus(extreme(gen)).plus(bytes.slice(at));
      default -> {
        var array = bytes.toArray();
        if (array.length > 0) {
          array[gen.below(array.length)] ^= (byte) (1 << gen.below(8));
        }
        yield Bytes.wrap(array);
      }
    };
  }

  private static Bytes extreme(Gen gen) {
    var out = new ByteWriter();
    return switch (gen.below(4)) {
      case 0 -> out.u8(gen.oneOf(0, 1, 0x7F, 0x80, 0xFF)).finish();
      case 1 -> out.u32(gen.anyInt()).finish();
      case 2 -> out.u64(gen.anyLong()).finish();
      default -> out.varint(gen.anyLong()).finish();
    };
  }

  private static Bytes overwritten(Bytes bytes, int at, Bytes with) {
    int end = Math.min(bytes.length(), at + with.length());
    return bytes.slice(0, at).plus(with).plus(bytes.slice(end));
  }
}
