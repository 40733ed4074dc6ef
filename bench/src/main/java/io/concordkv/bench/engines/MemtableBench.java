package io.concordkv.bench.engines;

import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.memtable.Memtable;
import io.concordkv.storage.engine.memtable.MemtableKind;
import java.util.Arrays;
import java.util.Locale;

/// Measures memtables alone, by one thread: each kind, with a thousand and with a million entries
/// in a pseudo-random order. Figures are medians of five rounds, after one that warms up.
public final class MemtableBench {
  private static final int[] ENTRIES = {1_000, 1_000_000};
  private static final int LEAST_OPERATIONS = 1_000_000;
  private static final int ROUNDS = 5;
  private static final long BYTES_OF_ENTRY = 160;

  private MemtableBench() {}

  public static void main(String[] arguments) {
    System.out.println("memtable    entries      inserts/s   lookups/s   bytes an entry");
    for (int entries : ENTRIES) {
      var pairs = new Pairs(entries, Pairs.VALUE_BYTES);
      for (var kind : MemtableKind.values()) {
        measure(kind, pairs);
      }
    }
  }

  private static void measure(MemtableKind kind, Pairs pairs) {
    int tables = Math.max(1, LEAST_OPERATIONS / pairs.count);
    double[] inserts = new double[ROUNDS];
    double[] lookups = new double[ROUNDS];
    double bytes = 0;
    for (int round = -1; round < ROUNDS; round++) {
      long filling = 0;
      long reading = 0;
      for (int i = 0; i < tables; i++) {
        long began = System.nanoTime();
        var table = filled(kind, pairs);
        long between = System.nanoTime();
        read(table, pairs);
        filling += between - began;
        reading += System.nanoTime() - between;
        bytes = (double) table.bytes() / pairs.count;
      }
      if (round >= 0) {
        inserts[round] = (double) tables * pairs.count * 1e9 / filling;
        lookups[round] = (double) tables * pairs.count * 1e9 / reading;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-9s %,9d %,14.0f %,11.0f %16.0f%n",
        kind.name().toLowerCase(Locale.ROOT),
        pairs.count,
        median(inserts),
        median(lookups),
        bytes);
  }

  private static Memtable filled(MemtableKind kind, Pairs pairs) {
    var table = new Memtable(kind, 0, 0, pairs.count * BYTES_OF_ENTRY);
    long sequence = 0;
    for (int i = 0; i < pairs.count; i++) {
      var batch = new WriteBatch().put(pairs.shuffled(i), pairs.value(i));
      sequence = table.write(batch, sequence + 1);
    }
    return table;
  }

  private static void read(Memtable table, Pairs pairs) {
    for (int i = 0; i < pairs.count; i++) {
      var key = pairs.reshuffled(i);
      if (table.find(key, BloomFilter.hash(key), table.sequence()) == null) {
        throw new AssertionError("a key is missing: " + key);
      }
    }
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }
}
