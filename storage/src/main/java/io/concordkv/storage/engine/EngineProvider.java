package io.concordkv.storage.engine;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import java.util.List;

/// Makes engines of one kind. [Engines] finds those that a jar names in
/// `META-INF/services/io.concordkv.storage.engine.EngineProvider`.
public interface EngineProvider {
  /// What it is chosen by: lower-case letters, digits and `-`.
  String name();

  /// Whether what an engine has made durable is there when its directory is opened again. One in
  /// memory only begins with the checkpoint that its directory may hold.
  boolean durable();

  /// What can be set, in the order in which a person should read it.
  List<Setting> settings();

  /// Opens or makes the engine in `directory`, which belongs to it alone. Blocks.
  ///
  /// @param settings parsed by [#settings()]
  Engine open(Env env, String directory, Settings settings);

  /// Removes everything that a closed engine has in `directory`, damaged or not. Should it be
  /// interrupted, what is left does not pass for a whole content. Blocks.
  void destroy(FileSystem files, String directory);
}
