package io.concordkv.storage.engine;

import java.util.List;

/// What an engine tells of itself at a moment. Counters begin when it is opened.
///
/// @param count as [Engine#count()]
/// @param cacheHits blocks or pages that were wanted and were in memory
/// @param cacheMisses blocks or pages that had to be read
/// @param debtBytes what is still to be moved or rewritten until the engine is in its best form
/// @param stalledWrites batches that came while the engine was stalled
/// @param valueBytes what files of values take that lie apart from their keys
/// @param usedValueBytes how much of these is still referred to; the rest is garbage
/// @param damagedTables so many tables are set aside, since somebody met damage in them
/// @param work what the batches cost
/// @param operations how often and how fast; empty unless it is a [MeasuredEngine]
public record EngineMetrics(
    long count,
    EngineSizes sizes,
    long cacheHits,
    long cacheMisses,
    long debtBytes,
    long stalledWrites,
    long valueBytes,
    long usedValueBytes,
    long damagedTables,
    WriteWork work,
    List<OperationMetrics> operations) {
  public EngineMetrics {
    operations = List.copyOf(operations);
  }

  /// Of an engine that has no tables, and all values beside their keys.
  public EngineMetrics(
      long count,
      EngineSizes sizes,
      long cacheHits,
      long cacheMisses,
      long debtBytes,
      long stalledWrites,
      WriteWork work,
      List<OperationMetrics> operations) {
    this(count, sizes, cacheHits, cacheMisses, debtBytes, stalledWrites, 0, 0, 0, work, operations);
  }

  /// Of an engine that has no cache and no debt.
  public static EngineMetrics of(Engine engine) {
    return new EngineMetrics(
        engine.count(), engine.sizes(), 0, 0, 0, 0, WriteWork.UNKNOWN, List.of());
  }

  EngineMetrics with(List<OperationMetrics> measured) {
    return new EngineMetrics(
        count,
        sizes,
        cacheHits,
        cacheMisses,
        debtBytes,
        stalledWrites,
        valueBytes,
        usedValueBytes,
        damagedTables,
        work,
        measured);
  }
}
