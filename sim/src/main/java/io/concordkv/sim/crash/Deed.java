package io.concordkv.sim.crash;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What one thread does next. It follows from the seed, the thread and the number alone, so whoever
/// knows how far a thread came knows what it has left.
///
/// A thread has keys of its own. Each transaction also counts itself, and adds to a total that all
/// threads share.
///
/// @param batch all that it changes of the thread's keys
record Deed(Kind kind, WriteBatch batch) {
  static final Bytes TOTAL = Bytes.of("total");

  private static final int KEYS = 60;
  private static final int LARGE_BYTES = 30_000;

  enum Kind {
    /// Its batch has one change.
    SINGLE,
    BATCH,
    TRANSACTION,
    /// All before it is on the medium afterwards, whatever the durability is.
    FLUSH
  }

  /// @param number counts from 1
  static Deed of(long seed, int thread, long number) {
    var gen = new Gen((seed * 31 + thread) * 1_000_003 + number);
    var kind = Kind.values()[gen.weighted(50, 20, 20, 2)];
    var batch = new WriteBatch();
    int changes = kind == Kind.SINGLE ? 1 : kind == Kind.FLUSH ? 0 : gen.between(1, 8);
    for (int i = 0; i < changes; i++) {
      change(batch, gen, thread, number);
    }
    return new Deed(kind, batch);
  }

  private static void change(WriteBatch batch, Gen gen, int thread, long number) {
    switch (gen.weighted(70, 20, 4)) {
      case 0 -> batch.put(key(thread, gen.below(KEYS)), value(gen, number));
      case 1 -> batch.delete(key(thread, gen.below(KEYS)));
      default -> {
        int from = gen.below(KEYS);
        batch.deleteRange(
            new KeyRange(key(thread, from), key(thread, gen.between(from + 1, KEYS))));
      }
    }
  }

  /// No other deed of the thread writes it.
  private static Bytes value(Gen gen, long number) {
    int length = gen.oneIn(50) ? gen.below(LARGE_BYTES) : gen.below(300);
    var out = new ByteWriter().u64(number);
    var word = gen.bytes(20);
    while (out.size() < length && word.length() > 0) {
      out.raw(word);
    }
    return out.finish();
  }

  static Bytes prefix(int thread) {
    return Bytes.of("t" + thread + "/");
  }

  private static Bytes key(int thread, int number) {
    return Bytes.of("t%d/%03d".formatted(thread, number));
  }

  /// How many transactions of a thread are in its keys.
  static Bytes count(int thread) {
    return Bytes.of("t" + thread + "/transactions");
  }

  /// The number that stands beside a key; 0 if none does.
  static long number(@Nullable Bytes value) {
    return value == null ? 0 : Long.parseLong(value.toUtf8());
  }

  /// Does to `pairs`, the keys of the thread, what it does to the store.
  void apply(int thread, SortedMap<Bytes, Bytes> pairs) {
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> pairs.put(key, value);
        case WriteBatch.Change.Delete(var key) -> pairs.remove(key);
        case WriteBatch.Change.DeleteRange(var range) -> pairs.keySet().removeIf(range::contains);
      }
    }
    if (kind == Kind.TRANSACTION) {
      pairs.put(count(thread), Bytes.of("" + (number(pairs.get(count(thread))) + 1)));
    }
  }
}
