package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import java.util.List;
import java.util.function.BiConsumer;

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

  /// Checks every byte that a closed engine has in `directory` and whether it makes a whole, and
  /// tells `findings`. Changes nothing. Blocks. Returns the mark, or -1 if it cannot be told.
  default long check(FileSystem files, String directory, Findings findings) {
    throw new ConcordException(
        ErrorCode.BAD_SETTING, "the engine " + name() + " has no check of its files");
  }

  /// Gives `pairs` all that can still be read of a closed engine in `directory`, damaged or not:
  /// each key once, ascending, with the newest version that is there. What is lost is told to
  /// `findings`. Changes nothing. Blocks. Returns the mark as far as it can be told, or -1.
  default long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    throw new ConcordException(
        ErrorCode.BAD_SETTING, "the engine " + name() + " cannot read damaged files");
  }
}
