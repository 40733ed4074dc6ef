package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import io.concordkv.bench.engines.Contender.Trait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// One run over all workloads with one contender.
final class Pass {
  static final String HEAP = "bytes in memory";
  static final String DISK = "bytes on disk";
  static final String SETTLE = "settles in ms";
  static final String AMPLIFICATION = "write amplification";
  static final String SUSTAINED_DISK = "bytes on disk, sustained";
  static final String SUSTAINED_AMPLIFICATION = "write amplification, sustained";
  static final String REOPEN = "opens again in ms";
  private static final int BATCH = 1000;
  private static final int BUFFERS = 10;
  private static final int OVERWRITES = 4;
  private static final int SEEK = 100;
  private static final int MANY_THREADS = 8;

  private final Contender contender;
  private final Contender.Way way;
  private final Pairs pairs;
  private final int calls;
  private final Folders folders;
  private final Meter meter;
  private final Map<String, Double> sizes = new LinkedHashMap<>();

  /// @param calls how often each operation is called, but for those that fill
  Pass(
      Contender contender,
      Contender.Way way,
      Pairs pairs,
      int calls,
      Duration budget,
      Folders folders) {
    this.contender = contender;
    this.way = way;
    this.pairs = pairs;
    this.calls = Math.min(calls, pairs.count);
    this.folders = folders;
    this.meter = new Meter(budget);
  }

  void run() {
    if (!contender.is(Trait.ONLY_SYNCED)) {
      fillInOrder();
      fillInBatches();
      fillOnAndOn();
      var directory = folders.fresh();
      long before = contender.is(Trait.ON_DISK) ? 0 : usedHeap();
      try (var target = contender.open(directory, way)) {
        fill(target);
        measureSize(target, directory, before);
        readAlone(target);
        readTogether(target);
        write(target);
      }
      if (contender.is(Trait.ON_DISK)) {
        measureOpening(directory);
      }
      folders.remove(directory);
    }
    if (contender.is(Trait.SYNCS)) {
      writeDurably(1);
      writeDurably(MANY_THREADS);
    }
  }

  Map<String, Figure> figures() {
    return meter.figures();
  }

  /// For each pair, but for the times.
  Map<String, Double> sizes() {
    return sizes;
  }

  long sink() {
    return meter.sink();
  }

  /// By itself, so that nothing of it is left when memory is measured.
  private void fillInOrder() {
    var directory = folders.fresh();
    try (var target = contender.open(directory, way)) {
      writes("fillseq", pairs.count, i -> target.put(pairs.ascending(i), pairs.value(i)));
    }
    folders.remove(directory);
  }

  private void fillInBatches() {
    var directory = folders.fresh();
    try (var target = contender.open(directory, way)) {
      meter.run(
          "batch1000",
          calls / BATCH,
          BATCH,
          i -> {
            putBatch(target, i * BATCH, (i + 1) * BATCH);
            return 0;
          });
    }
    folders.remove(directory);
  }

  /// Many times what is gathered in memory, so that the work in the background has to keep up; and
  /// each key several times, so that there is something to give back.
  private void fillOnAndOn() {
    if (!contender.is(Trait.ON_DISK)) {
      return;
    }
    var directory = folders.fresh();
    try (var target = contender.open(directory, way)) {
      long many =
          Math.max(OVERWRITES * (long) pairs.count, BUFFERS * way.bufferBytes() / pairs.bytes());
      writes(
          "sustained",
          Math.toIntExact(many),
          i -> target.put(pairs.shuffled(i % pairs.count), pairs.value(i % pairs.count)));
      target.settle();
      put(SUSTAINED_AMPLIFICATION, target.writeAmplification());
      put(SUSTAINED_DISK, (double) folders.bytes(directory) / pairs.count);
    }
    folders.remove(directory);
  }

  /// One by one; what the time was too short for in batches, so that all have the same content.
  private void fill(Target target) {
    int filled =
        writes("fillrandom", pairs.count, i -> target.put(pairs.shuffled(i), pairs.value(i)));
    for (int i = filled; i < pairs.count; i += BATCH) {
      putBatch(target, i, Math.min(i + BATCH, pairs.count));
    }
  }

  private void putBatch(Target target, int from, int to) {
    var keys = new ArrayList<Bytes>(to - from);
    var values = new ArrayList<Bytes>(to - from);
    for (int i = from; i < to; i++) {
      keys.add(pairs.shuffled(i));
      values.add(pairs.value(i));
    }
    target.putAll(keys, values);
  }

  private void measureSize(Target target, Path directory, long heapBefore) {
    if (contender.is(Trait.ON_DISK)) {
      long began = System.nanoTime();
      target.settle();
      sizes.put(SETTLE, (System.nanoTime() - began) / 1e6);
      put(AMPLIFICATION, target.writeAmplification());
      sizes.put(DISK, (double) folders.bytes(directory) / pairs.count);
    } else {
      double bytes = usedHeap() - heapBefore + target.offHeapBytes();
      sizes.put(HEAP, bytes / pairs.count);
    }
  }

  private void put(String size, double value) {
    if (!Double.isNaN(value)) {
      sizes.put(size, value);
    }
  }

  private void readAlone(Target target) {
    meter.run("readrandom", calls, 1, i -> hit(target, pairs.reshuffled(i)));
    meter.run("readmissing", calls, 1, i -> miss(target, pairs.missing(i)));
    meter.run("readzipf", calls, 1, i -> hit(target, pairs.popular(i)));
    if (contender.is(Trait.ORDERED)) {
      int all = pairs.count;
      meter.run("readseq", 1, all, _ -> target.scan(pairs.ascending(0), all));
      meter.run("readreverse", 1, all, _ -> target.scanBack(all));
      meter.run("seek100", calls / 10, 1, i -> target.scan(pairs.reshuffled(i), SEEK));
    }
  }

  private void readTogether(Target target) {
    if (!contender.is(Trait.READERS)) {
      return;
    }
    for (int threads : new int[] {2, MANY_THREADS}) {
      var readers = new ArrayList<Reader>();
      var operations = new ArrayList<Meter.Operation>();
      for (int i = 0; i < threads; i++) {
        var reader = target.reader();
        readers.add(reader);
        operations.add(call -> hit(reader, pairs.reshuffled(call)));
      }
      meter.runTogether("readrandom-" + threads + "t", calls, operations);
      readers.forEach(Reader::close);
    }
  }

  private void write(Target target) {
    mixed(target, "mixed95", 20);
    mixed(target, "mixed50", 2);
    writes("overwrite", calls, i -> target.put(pairs.reshuffled(i), pairs.value(i + 1)));
    writes("delete", calls, i -> target.delete(pairs.reshuffled(i)));
  }

  /// Every `nth` call is a write.
  private void mixed(Target target, String workload, int nth) {
    meter.run(
        workload,
        calls,
        1,
        i -> {
          if (i % nth == 0) {
            target.put(pairs.shuffled(i), pairs.value(i + nth));
            return 0;
          }
          return hit(target, pairs.reshuffled(i));
        });
  }

  /// After a clean close.
  private void measureOpening(Path directory) {
    long began = System.nanoTime();
    try (var target = contender.open(directory, way)) {
      long _ = miss(target, pairs.missing(0));
      sizes.put(REOPEN, (System.nanoTime() - began) / 1e6);
    }
  }

  private void writeDurably(int threads) {
    var directory = folders.fresh();
    try (var target = contender.open(directory, way.durable())) {
      Meter.Operation put =
          i -> {
            target.put(pairs.shuffled(i), pairs.value(i));
            return 0;
          };
      if (threads == 1) {
        meter.run("fillsync", calls, 1, put);
      } else {
        meter.runTogether("fillsync-" + threads + "t", calls, Collections.nCopies(threads, put));
      }
    }
    folders.remove(directory);
  }

  private interface Write {
    void run(int i);
  }

  private int writes(String workload, int many, Write write) {
    return meter.run(
        workload,
        many,
        1,
        i -> {
          write.run(i);
          return 0;
        });
  }

  private static long hit(Reader reader, Bytes key) {
    var value = reader.get(key);
    if (value == null) {
      throw new AssertionError("a key is missing: " + key);
    }
    return value.at(0);
  }

  private static long miss(Reader reader, Bytes key) {
    if (reader.get(key) != null) {
      throw new AssertionError("a key is there though it was never put: " + key);
    }
    return 0;
  }

  private static long usedHeap() {
    var runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
