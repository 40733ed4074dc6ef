package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// The engine `jsonfile`.
public final class JsonProvider implements EngineProvider {
  private static final Setting MAX_BYTES =
      Setting.bytes("max-bytes", 1 << 10, 64 << 20, 4 << 20, "how large the file may become");

  @Override
  public String name() {
    return "jsonfile";
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public List<Setting> settings() {
    return List.of(MAX_BYTES);
  }

  @Override
  public Engine open(Env env, String directory, Settings settings) {
    return JsonEngine.open(env, directory, settings.of(MAX_BYTES));
  }

  @Override
  public void destroy(FileSystem files, String directory) {
    JsonFile.destroy(files, directory);
  }
}
