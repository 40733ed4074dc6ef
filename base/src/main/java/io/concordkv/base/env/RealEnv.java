package io.concordkv.base.env;

import io.concordkv.base.Bytes;
import io.concordkv.base.Crc32c;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The world itself: the machine's clock, disk, threads and chance.
///
/// A throwable that escapes a task or a work goes to `fatal`, once, on the thread it escaped on,
/// and nothing more runs: a node whose state can no longer be trusted must not go on.
public final class RealEnv implements Env, AutoCloseable {
  private final Clock clock = new RealClock();
  private final SecureRandom secure = new SecureRandom();
  private final long seed = secure.nextLong();
  private final AtomicLong streams = new AtomicLong();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Consumer<Throwable> fatal;
  private final FileSystem files;
  private final RealWorkers workers;
  private final @Nullable EventLoop own;
  private final Scheduler loop;

  private RealEnv(
      Path directory, String name, Consumer<Throwable> fatal, @Nullable Scheduler loop) {
    this.fatal = fatal;
    files = RealFileSystem.under(directory);
    workers = new RealWorkers(name, this::fail);
    own = loop == null ? new EventLoop(name, clock, this::fail) : null;
    this.loop = loop == null ? Objects.requireNonNull(own) : loop;
  }

  /// Starts the event loop, a thread called `name`. Files lie in `directory`, which is made if it
  /// does not exist.
  public static RealEnv open(Path directory, String name, Consumer<Throwable> fatal) {
    var env = new RealEnv(directory, name, fatal, null);
    Objects.requireNonNull(env.own).start();
    return env;
  }

  /// The files below `directory`, which need not exist, for one who needs nothing else of the
  /// world.
  public static FileSystem filesIn(Path directory) {
    return RealFileSystem.at(directory);
  }

  /// As [#open], on a loop that there is already and that ends after this.
  public static RealEnv on(Scheduler loop, Path directory, String name, Consumer<Throwable> fatal) {
    return new RealEnv(directory, name, fatal, loop);
  }

  /// The files below `directory`, for those who need nothing else of the world.
  public static FileSystem filesUnder(Path directory) {
    return RealFileSystem.under(directory);
  }

  /// A number that nobody can foresee.
  public static long chance() {
    return new SecureRandom().nextLong();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Scheduler loop() {
    return loop;
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public FileSystem files() {
    return files;
  }

  @Override
  public RandomGenerator random(String name) {
    long stream = (long) Crc32c.of(Bytes.of(name)) << 32 | streams.incrementAndGet();
    return new SplittableRandom(new SplittableRandom(seed ^ stream).nextLong());
  }

  @Override
  public byte[] entropy(int bytes) {
    var drawn = new byte[bytes];
    secure.nextBytes(drawn);
    return drawn;
  }

  @Override
  public boolean fault(String site) {
    return false;
  }

  private void fail(Throwable escaped) {
    if (failed.compareAndSet(false, true)) {
      if (own != null) {
        own.halt();
      }
      workers.halt();
      fatal.accept(escaped);
    }
  }

  /// Ends the loop and the workers; what was posted and has not begun is dropped. Waits for what
  /// runs, except when called on the loop.
  @Override
  public void close() {
    if (own != null) {
      own.stop();
    }
    workers.stop();
  }
}
