package io.concordkv.cli.process;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.cli.config.Settings;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A short life of a server and a client in one process, so that the JVM can record which classes a
/// start needs: the launcher runs this once to make its start-up cache.
public final class Training {
  private Training() {}

  public static int run() {
    Path directory = null;
    try {
      directory = Files.createTempDirectory("concord-training");
      rehearse(directory);
      return ExitCode.OK.number();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED.number();
    } finally {
      delete(directory);
    }
  }

  private static void rehearse(Path directory) throws IOException, InterruptedException {
    var client = freePort();
    var settings =
        Settings.of(
            List.of(
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=http://127.0.0.1:" + client,
                "--listen-peer-urls=http://127.0.0.1:" + freePort()),
            Map.of(),
            List.of());
    try (var server = RunningServer.open(ServerOptions.of(settings, "data"), _ -> {}, _ -> {})) {
      var ready = new CountDownLatch(1);
      server.whenReady(ready::countDown);
      if (ready.await(30, TimeUnit.SECONDS)) {
        var endpoint = "--endpoints=127.0.0.1:" + client;
        command(endpoint, "put", "a", "1");
        command(endpoint, "get", "a");
        command(endpoint, "get", "--prefix", "a", "-w", "json");
        command(endpoint, "del", "a");
        command(endpoint, "lease", "grant", "60");
        command(endpoint, "member", "list");
        command(endpoint, "status", "-w", "table");
      }
    }
  }

  private static void command(String... words) {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), true);
    var out = new Out(OutputStream.nullOutputStream());
    try (var session = new Session(InputStream.nullInputStream(), out, nowhere, Map.of())) {
      Commands.line(new Root(session)).execute(words);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(@Nullable Path directory) {
    if (directory == null) {
      return;
    }
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
