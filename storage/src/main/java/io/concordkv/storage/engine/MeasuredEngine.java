package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Clock;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An engine that counts what is asked of another, and times every so manieth operation of a kind.
/// What is read through a view or by a cursor is not counted: that may happen on another thread.
public final class MeasuredEngine implements Engine {
  private final Engine engine;
  private final Clock clock;
  private final int every;
  private final Meter get = new Meter("get");
  private final Meter write = new Meter("write");
  private final Meter scan = new Meter("scan");
  private final Meter view = new Meter("view");

  /// @param every 1: all operations are timed; 100: one of a hundred
  public MeasuredEngine(Engine engine, Clock clock, int every) {
    Check.that(every > 0, "one of a positive number of operations is timed");
    this.engine = engine;
    this.clock = clock;
    this.every = every;
  }

  private final class Meter {
    private final String operation;
    private final Latencies latencies = new Latencies();
    private long count;

    Meter(String operation) {
      this.operation = operation;
    }

    /// When the operation begins; a moment that means nothing if it is not timed.
    long begin() {
      return count++ % every == 0 ? clock.nanos() : 0;
    }

    void end(long began) {
      if ((count - 1) % every == 0) {
        latencies.add(clock.nanos() - began);
      }
    }

    OperationMetrics metrics() {
      return new OperationMetrics(
          operation,
          count,
          latencies.quantile(0.5),
          latencies.quantile(0.99),
          latencies.quantile(0.999),
          latencies.max());
    }
  }

  @Override
  public EngineMetrics metrics() {
    var operations = List.of(get.metrics(), write.metrics(), scan.metrics(), view.metrics());
    return engine.metrics().with(operations);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    long began = get.begin();
    var value = engine.get(key);
    get.end(began);
    return value;
  }

  @Override
  public void write(WriteBatch batch) {
    long began = write.begin();
    engine.write(batch);
    write.end(began);
  }

  @Override
  public void put(Bytes key, Bytes value) {
    long began = write.begin();
    engine.put(key, value);
    write.end(began);
  }

  @Override
  public void delete(Bytes key) {
    long began = write.begin();
    engine.delete(key);
    write.end(began);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    long began = scan.begin();
    var cursor = engine.scan(range, order);
    scan.end(began);
    return cursor;
  }

  @Override
  public View view() {
    long began = view.begin();
    var moment = engine.view();
    view.end(began);
    return moment;
  }

  @Override
  public long count(KeyRange range) {
    return engine.count(range);
  }

  @Override
  public void sync() {
    engine.sync();
  }

  @Override
  public void flush() {
    engine.flush();
  }

  @Override
  public void reclaim() {
    engine.reclaim();
  }

  @Override
  public void checkpoint(String directory, Runnable done) {
    engine.checkpoint(directory, done);
  }

  @Override
  public void checkpoint(String directory, Runnable done, Consumer<FileException> full) {
    engine.checkpoint(directory, done, full);
  }

  @Override
  public Replacement replacement() {
    return engine.replacement();
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    engine.replaceWith(replacement, mark, done);
  }

  @Override
  public Intake intake(FileSystem from, List<String> paths) {
    return engine.intake(from, paths);
  }

  @Override
  public void take(Intake copied, long mark, Runnable done) {
    engine.take(copied, mark, done);
  }

  @Override
  public long durableMark() {
    return engine.durableMark();
  }

  @Override
  public long mark() {
    return engine.mark();
  }

  @Override
  public boolean stalled() {
    return engine.stalled();
  }

  @Override
  public long writeDelayNanos() {
    return engine.writeDelayNanos();
  }

  @Override
  public long count() {
    return engine.count();
  }

  @Override
  public EngineSizes sizes() {
    return engine.sizes();
  }

  @Override
  public List<Long> files() {
    return engine.files();
  }

  @Override
  public @Nullable Scrub scrub(long file) {
    return engine.scrub(file);
  }

  @Override
  public @Nullable CorruptionError damage() {
    return engine.damage();
  }

  @Override
  public void close() {
    engine.close();
  }
}
