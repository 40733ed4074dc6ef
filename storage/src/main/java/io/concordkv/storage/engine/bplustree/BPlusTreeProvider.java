package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memtable.MemtableKind;
import java.util.List;
import java.util.function.BiConsumer;

/// The engine `bplustree`.
public final class BPlusTreeProvider implements EngineProvider {
  private static final BPlusTreeOptions DEFAULT = BPlusTreeOptions.DEFAULT;
  private static final long GIB = 1L << 30;

  private static final Setting UNIT =
      Setting.choice(
          "unit-bytes",
          List.of("4096", "128", "256", "512", "1024", "2048", "8192", "16384", "32768", "65536"),
          "a page takes one or more units of the file; fixed when the file is made");
  private static final Setting LEAF =
      Setting.number(
          "max-leaf-units",
          1,
          64,
          DEFAULT.maxLeafUnits(),
          "the size of a leaf follows that of the pairs, up to so many units");
  private static final Setting BRANCH =
      Setting.number(
          "branch-units", 1, 64, DEFAULT.branchUnits(), "how large a page above the leaves is");
  private static final Setting DELTA =
      Setting.bytes(
          "delta-bytes",
          1 << 10,
          GIB,
          DEFAULT.deltaBytes(),
          "a checkpoint begins when so much was written");
  private static final Setting DELTAS =
      Setting.number(
          "max-deltas",
          1,
          64,
          DEFAULT.maxDeltas(),
          "with so many waiting for a checkpoint the engine is stalled");
  private static final Setting CACHE =
      Setting.bytes(
          "cache-bytes",
          0,
          1024 * GIB,
          DEFAULT.cacheBytes(),
          "how much of the pages stays in memory");

  private static final Setting KIND = MemtableKind.setting();

  @Override
  public String name() {
    return "bplustree";
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public List<Setting> settings() {
    return List.of(UNIT, LEAF, BRANCH, DELTA, DELTAS, CACHE, KIND);
  }

  @Override
  public Engine open(Env env, String directory, Settings settings) {
    return BPlusTreeEngine.open(env, directory, options(settings));
  }

  @Override
  public void destroy(FileSystem files, String directory) {
    BPlusTreeEngine.discard(files, directory);
  }

  @Override
  public long check(FileSystem files, String directory, Findings findings) {
    return TreeExamination.check(files, directory, findings);
  }

  @Override
  public long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    return TreeRescue.run(files, directory, findings, pairs);
  }

  private static BPlusTreeOptions options(Settings settings) {
    return new BPlusTreeOptions(
        Integer.parseInt(UNIT.words().get(settings.intOf(UNIT))),
        settings.intOf(LEAF),
        settings.intOf(BRANCH),
        settings.of(DELTA),
        settings.intOf(DELTAS),
        settings.of(CACHE),
        MemtableKind.of(settings.intOf(KIND)));
  }
}
