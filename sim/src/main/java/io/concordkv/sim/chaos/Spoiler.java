package io.concordkv.sim.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Spoils the disk and the clock of a process that was started with [#environment]: a library that
/// is loaded before all others (`spoil.c`) does what a small shared file says.
final class Spoiler {
  private static final int CONTROL_BYTES = 24;
  private static final int SYNC_FAILS = 0;
  private static final int SYNC_DELAY = 4;
  private static final int NO_SPACE = 8;
  private static final int CLOCK_OFFSET = 16;
  private static final long COMPILER_SECONDS = 60;

  private final Path library;
  private final Path file;
  private final ByteBuffer control;

  private Spoiler(Path library, Path file) {
    this.library = library;
    this.file = file;
    try (var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      control =
          channel
              .map(FileChannel.MapMode.READ_WRITE, 0, CONTROL_BYTES)
              .order(ByteOrder.nativeOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    calm();
  }

  /// Compiles the library into `directory`; null, with a line that says so, where that cannot be
  /// done.
  static @Nullable Path compile(Path directory) {
    var source = directory.resolve("spoil.c");
    var library = directory.resolve("spoil.so");
    try (InputStream text = Objects.requireNonNull(Spoiler.class.getResourceAsStream("spoil.c"))) {
      Files.write(source, text.readAllBytes());
      var compiler =
          new ProcessBuilder(
                  "gcc",
                  "-O2",
                  "-shared",
                  "-fPIC",
                  "-o",
                  library.toString(),
                  source.toString(),
                  "-ldl")
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("spoil.log").toFile())
              .start();
      if (compiler.waitFor(COMPILER_SECONDS, TimeUnit.SECONDS) && compiler.exitValue() == 0) {
        return library;
      }
      System.out.println(
          "skipped: spoiled disks and clocks, since spoil.c does not compile here (see "
              + directory.resolve("spoil.log")
              + ")");
    } catch (IOException noCompiler) {
      System.out.println(
          "skipped: spoiled disks and clocks, since there is no gcc: " + noCompiler.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  static Spoiler of(Path library, Path file) {
    return new Spoiler(library, file);
  }

  /// What a process must be started with to be spoiled by this.
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "CHAOS_CONTROL", file.toString());
  }

  void syncsFail(boolean fail) {
    control.putInt(SYNC_FAILS, fail ? 1 : 0);
  }

  void syncsTake(int millis) {
    control.putInt(SYNC_DELAY, millis);
  }

  void noSpace(boolean full) {
    control.putInt(NO_SPACE, full ? 1 : 0);
  }

  /// Sets the time of day off by so much.
  void clockOff(long millis) {
    control.putLong(CLOCK_OFFSET, millis);
  }

  /// Good disks again. The clock stays as wrong as it is.
  void calm() {
    syncsFail(false);
    syncsTake(0);
    noSpace(false);
  }
}
