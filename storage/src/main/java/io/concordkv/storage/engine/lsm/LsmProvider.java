package io.concordkv.storage.engine.lsm;

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

/// The engine `lsm`.
public final class LsmProvider implements EngineProvider {
  @Override
  public String name() {
    return LsmOptions.ENGINE;
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public List<Setting> settings() {
    return LsmOptions.SETTINGS;
  }

  @Override
  public Engine open(Env env, String directory, Settings settings) {
    return LsmEngine.open(env, directory, LsmOptions.of(settings));
  }

  @Override
  public void destroy(FileSystem files, String directory) {
    LsmEngine.discard(files, directory);
  }

  @Override
  public long check(FileSystem files, String directory, Findings findings) {
    return LsmFiles.check(files, directory, findings);
  }

  @Override
  public long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    return new LsmFiles(files, directory, findings).rescue(pairs);
  }
}
