package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// A provider of engines in memory; each kind says how its contents are made.
public abstract class MemoryProvider implements EngineProvider {
  private final String name;
  private final List<Setting> settings;

  protected MemoryProvider(String name, Setting... settings) {
    this.name = name;
    this.settings = List.of(settings);
  }

  /// How an empty content is made.
  protected abstract Function<Moments, Content> contents(Settings settings);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean durable() {
    return false;
  }

  @Override
  public final List<Setting> settings() {
    return settings;
  }

  @Override
  public final Engine open(Env env, String directory, Settings settings) {
    return MemoryEngine.open(env, directory, contents(settings));
  }

  @Override
  public final void destroy(FileSystem files, String directory) {
    PairFile.destroy(files, directory);
  }

  @Override
  public final long check(FileSystem files, String directory, Findings findings) {
    return PairFile.rescue(files, directory, findings, (_, _) -> {});
  }

  @Override
  public final long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    return PairFile.rescue(files, directory, findings, pairs);
  }
}
