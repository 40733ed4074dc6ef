package io.concordkv.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A program that ran to its end, and what it said.
record Ran(int exit, String out, String err) {
  private static final long LIMIT_SECONDS = 60;

  static Ran program(Map<String, String> environment, String input, List<String> command) {
    try {
      var builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      var process = builder.start();
      var out = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
      var err = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It may end without having read.
      }
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " does not end: " + out.join() + err.join());
      }
      return new Ran(process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String all(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Standard output of a program that must succeed.
  String succeeded() {
    if (exit != 0) {
      throw new AssertionError("exit " + exit + "\n" + out + err);
    }
    return out;
  }
}
