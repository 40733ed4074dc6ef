package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/// A process that writes as fast as it can and says which marks are durable, until somebody kills
/// it. What a batch does follows from its mark, so anybody knows the content at each.
final class BPlusTreeVictim {
  private static final int KEYS = 2000;
  private static final int BATCHES = 20;

  private final RealEnv env;
  private final BPlusTreeEngine engine;
  private long mark;
  private long said;

  private BPlusTreeVictim(RealEnv env, BPlusTreeEngine engine) {
    this.env = env;
    this.engine = engine;
    mark = engine.mark();
    said = mark;
  }

  static BPlusTreeOptions options() {
    return new BPlusTreeOptions(512, 4, 2, 32 << 10, 3, 64 << 10);
  }

  /// @param args the directory
  public static void main(String[] args) throws InterruptedException {
    var env = RealEnv.open(Path.of(args[0]), "victim", Throwable::printStackTrace);
    env.loop()
        .post(() -> {
          var engine = BPlusTreeEngine.open(env, "engine", options());
          new BPlusTreeVictim(env, engine).work();
        });
    new CountDownLatch(1).await();
  }

  private void work() {
    for (int i = 0; i < BATCHES && !engine.stalled(); i++) {
      mark++;
      engine.write(batch(mark));
    }
    if (mark % 3000 < BATCHES) {
      engine.reclaim();
    }
    if (engine.durableMark() > said) {
      said = engine.durableMark();
      System.out.println(said);
    }
    env.loop().post(this::work);
  }

  private static WriteBatch batch(long mark) {
    var batch = new WriteBatch().mark(mark);
    batch.put(key(mark * 7919), value(mark)).delete(key(mark * 31 + 7));
    return batch.put(key(mark), value(mark));
  }

  static Map<Bytes, Bytes> contentAt(long mark) {
    var content = new TreeMap<Bytes, Bytes>();
    for (long at = 1; at <= mark; at++) {
      content.put(key(at * 7919), value(at));
      content.remove(key(at * 31 + 7));
      content.put(key(at), value(at));
    }
    return content;
  }

  private static Bytes key(long number) {
    return Bytes.of("key-%06d".formatted(number % KEYS));
  }

  private static Bytes value(long mark) {
    return Bytes.of("value-" + mark + "x".repeat((int) (mark * 37 % (mark % 50 == 0 ? 2000 : 90))));
  }
}
