package io.concordkv.cli.process;

import io.concordkv.base.env.RealEnv;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// Work on the directory of a node that does not run.
final class OnLoop {
  /// On the loop; tells its result once.
  interface Work<T> {
    void run(RealEnv env, Consumer<T> then);
  }

  private OnLoop() {}

  /// Runs `work` and waits for its result; what it throws is thrown here.
  static <T> T await(Path directory, String name, Work<T> work) {
    var result = new CompletableFuture<T>();
    var env = RealEnv.open(directory, name, result::completeExceptionally);
    env.loop()
        .post(() -> {
          try {
            work.run(env, result::complete);
          } catch (RuntimeException | Error failure) {
            result.completeExceptionally(failure);
          }
        });
    try {
      return result.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw e;
      }
    } finally {
      env.close();
    }
  }
}
