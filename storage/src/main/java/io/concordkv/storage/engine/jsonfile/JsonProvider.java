package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;
import java.util.function.BiConsumer;

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

  @Override
  public long check(FileSystem files, String directory, Findings findings) {
    return rescue(files, directory, findings, (_, _) -> {});
  }

  /// All or nothing: one checksum covers all pairs, so if it is wrong each of them may be.
  @Override
  public long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    var file = new JsonFile(files, directory);
    if (!file.exists()) {
      return 0;
    }
    try {
      var content = file.read();
      findings.file(content.length());
      var reader = new JsonReader(file.path(), content);
      var read = reader.read();
      read.forEach(pairs);
      return reader.mark();
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      findings.lost(KeyRange.ALL, false, file.path() + ", which a person can still read");
      return -1;
    }
  }
}
