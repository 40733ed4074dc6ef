package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An engine of ours without a log, as a node of a group uses it: the Raft log has what the engine
/// has not made durable yet.
final class EngineTarget implements Target {
  private static final Duration MOMENT = Duration.ofMillis(1);

  /// No work in the background is so long that it says nothing for this time.
  private static final Duration QUIET = Duration.ofMillis(200);

  private final TurnLoop loop = new TurnLoop();
  private final RealEnv env;
  private final Engine engine;
  private final boolean durable;
  private final boolean offHeap;
  private long mark;

  EngineTarget(String name, Path directory, Map<String, String> settings) {
    var engines = Engines.installed();
    env = RealEnv.on(loop, directory, name, Throwable::printStackTrace);
    engine = engines.open(env, name, "engine", settings);
    durable = engines.provider(name).durable();
    offHeap = name.equals("skiplist");
    mark = engine.mark();
  }

  @Override
  public void put(Bytes key, Bytes value) {
    write(new WriteBatch().put(key, value));
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    var batch = new WriteBatch();
    for (int i = 0; i < keys.size(); i++) {
      batch.put(keys.get(i), values.get(i));
    }
    write(batch);
  }

  @Override
  public void delete(Bytes key) {
    write(new WriteBatch().delete(key));
  }

  private void write(WriteBatch batch) {
    loop.turn();
    for (long wait = engine.writeDelayNanos(); wait > 0; wait = engine.writeDelayNanos()) {
      boolean _ = loop.await(Duration.ofNanos(wait));
    }
    while (engine.stalled()) {
      boolean _ = loop.await(MOMENT);
    }
    engine.write(batch.mark(++mark));
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return engine.get(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return scan(engine, from, limit);
  }

  @Override
  public long scanBack(int limit) {
    return scanBack(engine, limit);
  }

  @Override
  public Reader reader() {
    return new ViewReader(engine.view());
  }

  @Override
  public void settle() {
    if (durable) {
      engine.flush();
      boolean busy = true;
      while (busy || engine.durableMark() < mark || engine.metrics().debtBytes() > 0) {
        busy = loop.await(QUIET);
      }
    }
  }

  @Override
  public double writeAmplification() {
    double amplification = engine.metrics().work().amplification();
    return amplification == 0 ? Double.NaN : amplification;
  }

  @Override
  public long offHeapBytes() {
    return offHeap ? engine.sizes().memory() : 0;
  }

  @Override
  public void close() {
    if (durable) {
      engine.sync();
    }
    env.close();
    loop.turn();
    engine.close();
  }

  private record ViewReader(View view) implements Reader {
    @Override
    public @Nullable Bytes get(Bytes key) {
      return view.get(key);
    }

    @Override
    public long scan(Bytes from, int limit) {
      return EngineTarget.scan(view, from, limit);
    }

    @Override
    public long scanBack(int limit) {
      return EngineTarget.scanBack(view, limit);
    }

    @Override
    public void close() {
      view.close();
    }
  }

  private static long scan(View view, Bytes from, int limit) {
    return Sums.of(view.scan(new KeyRange(from, null), Order.ASCENDING), limit);
  }

  private static long scanBack(View view, int limit) {
    return Sums.of(view.scan(KeyRange.ALL, Order.DESCENDING), limit);
  }
}
