package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.Findings;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What came of making a new store of all that can still be read of a damaged one.
///
/// A value in it was once written for its key. Of a store without damage it is an exact copy. What
/// is in the ranges of [Findings#losses()] may be older than what was there, or have been deleted,
/// since an older version is found where the newest one cannot be read.
///
/// @param engine its name
/// @param pairs how many the engine's files gave
/// @param commits how many the log gave on top of them
/// @param skipped how many it has beyond damage, which were left out
/// @param mark the last commit that the new store has
public record Salvage(
    String engine, long pairs, long commits, long skipped, long mark, Findings findings) {
  /// How it is done.
  ///
  /// @param engine its name, where no file STORE says it
  /// @param settings of the engine, for the new store
  /// @param pastDamage whether commits are taken that the log has beyond others that are lost: what
  ///   they write is right, but what they were based on is not all there
  public record Order(
      @Nullable String engine, SortedMap<String, String> settings, boolean pastDamage) {
    public Order {
      settings = new TreeMap<>(settings);
    }
  }

  /// Reads what is in `from`, which nobody may have open and which stays as it is, and makes a
  /// store of it in `to`, which must be empty or not exist. An engine alone becomes an engine
  /// alone.
  ///
  /// A [FileException] says what stands in the way, a [io.concordkv.base.ConcordException] that it
  /// cannot be told what is in `from`, or that the engine does not take it.
  public static Salvage run(Path from, Path to, Order order, LongConsumer progress) {
    var source = StoreLock.filesOf(from);
    var target = RealEnv.filesUnder(to);
    if (!target.list("").isEmpty()) {
      throw new FileException(FileException.Kind.EXISTS, "repair to", to.toString(), null);
    }
    var calls = new Calls();
    try (var _ = StoreLock.take(source);
        var env =
            RealEnv.open(
                to, "concord-repair", escaped -> calls.end(StoppedException.failed(escaped)))) {
      return calls.ask(
          env.loop(),
          answer -> {
            try {
              begin(source, env, order, new Findings(progress), answer::complete);
            } catch (RuntimeException | Error failed) {
              answer.completeExceptionally(failed);
            }
          });
    }
  }

  /// On the loop of `env`, whose files become the new store.
  static void begin(
      FileSystem source, Env env, Order order, Findings findings, Consumer<Salvage> done) {
    var found = StoreFiles.find(source, order.engine(), findings);
    new Salvaging(found, env, order, findings, done).begin(Map.copyOf(order.settings()));
  }
}
