package io.concordkv.cli.dump;

import io.concordkv.base.env.Clock;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import io.concordkv.base.env.Workers;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// A world without threads, in which what is posted runs when [#settle()] is called, and no timer
/// ever goes off. Its files are those of a node's directory, seen through [OverlayFiles].
final class OfflineEnv implements Env, AutoCloseable {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Path scratch;
  private final RealEnv looked;
  private final RealEnv written;
  private final FileSystem files;

  private OfflineEnv(Path directory, Path scratch) {
    this.scratch = scratch;
    looked = RealEnv.on(new Tasks(tasks), directory, "dump", OfflineEnv::escaped);
    written = RealEnv.on(new Tasks(tasks), scratch, "dump", OfflineEnv::escaped);
    files = new OverlayFiles(looked.files(), written.files());
  }

  static OfflineEnv over(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new CommandFailure(ExitCode.IO, directory + " is not a directory");
    }
    try {
      return new OfflineEnv(directory, Files.createTempDirectory("concord-dump"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for temporary files", e);
    }
  }

  /// The files of a directory that exists, for reading.
  static FileSystem reading(Path directory) {
    return RealEnv.on(new Tasks(new ArrayDeque<>()), directory, "dump", OfflineEnv::escaped)
        .files();
  }

  /// Runs all that was posted and all that comes of it.
  void settle() {
    for (var task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Override
  public Clock clock() {
    return looked.clock();
  }

  @Override
  public Scheduler loop() {
    return looked.loop();
  }

  @Override
  public Workers workers() {
    return new Workers() {
      @Override
      public <T> void run(Lane lane, Supplier<T> work, Scheduler home, Consumer<T> then) {
        tasks.add(() -> then.accept(work.get()));
      }
    };
  }

  @Override
  public FileSystem files() {
    return files;
  }

  @Override
  public RandomGenerator random(String name) {
    return looked.random(name);
  }

  @Override
  public byte[] entropy(int bytes) {
    return looked.entropy(bytes);
  }

  @Override
  public boolean fault(String site) {
    return false;
  }

  @Override
  public void close() {
    looked.close();
    written.close();
    try (var all = Files.walk(scratch)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove temporary files", e);
    }
  }

  private static void escaped(Throwable failure) {
    throw new IllegalStateException("nothing runs on other threads here", failure);
  }

  private record Tasks(Queue<Runnable> tasks) implements Scheduler {
    @Override
    public void post(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      return () -> {};
    }
  }
}
