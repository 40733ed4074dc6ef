package io.concordkv.storage.engine;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/// The engines that there are, by name.
public final class Engines {
  private final SortedMap<String, EngineProvider> providers = new TreeMap<>();

  public Engines(Iterable<EngineProvider> providers) {
    for (var provider : providers) {
      var other = this.providers.put(provider.name(), provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "two engines are called " + provider.name() + ": " + other + " and " + provider);
      }
    }
  }

  /// Ours, and those of every jar on the class path that brings one.
  public static Engines installed() {
    return new Engines(ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()));
  }

  /// Sorted.
  public List<String> names() {
    return List.copyOf(providers.keySet());
  }

  /// A name that is unknown is a [ConcordException] with [ErrorCode#UNKNOWN_ENGINE] that lists the
  /// known ones.
  public EngineProvider provider(String name) {
    var provider = providers.get(name);
    if (provider == null) {
      throw new ConcordException(
          ErrorCode.UNKNOWN_ENGINE,
          "there is no engine '" + name + "': there are " + String.join(", ", names()));
    }
    return provider;
  }

  /// Opens or makes an engine in `directory`, which belongs to it alone. Blocks.
  ///
  /// @param settings by name, as [Setting.Kind] says; what is missing has its default
  public Engine open(Env env, String name, String directory, Map<String, String> settings) {
    var provider = provider(name);
    return provider.open(env, directory, Settings.parse(name, provider.settings(), settings));
  }

  /// Removes everything that a closed engine has in `directory`. Blocks.
  public void destroy(FileSystem files, String name, String directory) {
    provider(name).destroy(files, directory);
  }
}
