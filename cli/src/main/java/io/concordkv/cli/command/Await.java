package io.concordkv.cli.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Waits for an answer and throws its failure as what it is.
final class Await {
  private Await() {}

  static <A> A of(CompletableFuture<A> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
