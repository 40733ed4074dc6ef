package io.concordkv.storage.engine;

/// What became of what was written, since the engine was opened.
///
/// @param bytes keys and values of all batches
/// @param flushedBytes of the files into which they came first
/// @param rewrittenBytes of the files into which those were merged later
/// @param delays how long writers were told to wait ([Engine#writeDelayNanos()]): one for each
///   batch after which there was something to wait for
public record WriteWork(
    long bytes, long flushedBytes, long rewrittenBytes, OperationMetrics delays) {
  /// Of an engine that does not count it.
  public static final WriteWork UNKNOWN = new WriteWork(0, 0, 0, new Latencies().metrics("delay"));

  /// How many bytes went to files for each one written; 0 if there are none.
  public double amplification() {
    return bytes == 0 ? 0 : (double) (flushedBytes + rewrittenBytes) / bytes;
  }
}
