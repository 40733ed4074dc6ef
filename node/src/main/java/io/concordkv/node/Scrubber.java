package io.concordkv.node;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.wal.WalDamage;
import io.concordkv.storage.wal.WalScrub;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads all that is stored, slowly and again and again, so that damage is found while there are
/// still others who have what it hit: first the log, then one file of the state after the other.
final class Scrubber {
  private static final Duration STEP = Duration.ofMillis(100);

  private final Env env;
  private final Upkeep upkeep;
  private final ReplicaHost host;
  private final Engine engine;
  private final Consumer<CorruptionError> stateDamaged;
  private final Consumer<WalDamage> logDamaged;

  /// Files of the state still to be read.
  private final ArrayDeque<Long> files = new ArrayDeque<>();

  private @Nullable WalScrub log;
  private @Nullable Scrub file;
  private boolean closed;

  /// What a worker's step came to. Without bytes or damage it came to an end.
  private record Checked(long bytes, @Nullable WalDamage log, @Nullable CorruptionError state) {}

  Scrubber(
      Env env,
      Upkeep upkeep,
      ReplicaHost host,
      Engine engine,
      Consumer<CorruptionError> stateDamaged,
      Consumer<WalDamage> logDamaged) {
    this.env = env;
    this.upkeep = upkeep;
    this.host = host;
    this.engine = engine;
    this.stateDamaged = stateDamaged;
    this.logDamaged = logDamaged;
  }

  void start() {
    if (upkeep.scrubBytesPerSecond() > 0) {
      env.loop().after(STEP, this::begin);
    }
  }

  void close() {
    closed = true;
  }

  private void begin() {
    if (!closed) {
      log = host.scrub();
      files.addAll(engine.files());
      step();
    }
  }

  private void step() {
    long bytes = Math.max(1, upkeep.scrubBytesPerSecond() * STEP.toMillis() / 1000);
    var logScrub = log;
    var fileScrub = closed || logScrub != null ? null : nextFile();
    if (closed) {
      release();
    } else if (logScrub != null) {
      env.workers().run(Lane.BACKGROUND, () -> check(logScrub, bytes), env.loop(), this::checked);
    } else if (fileScrub != null) {
      env.workers().run(Lane.BACKGROUND, () -> check(fileScrub, bytes), env.loop(), this::checked);
    } else {
      env.loop().after(upkeep.scrubPause(), this::begin);
    }
  }

  /// The file being read, or the next one that is still there.
  private @Nullable Scrub nextFile() {
    while (file == null && !files.isEmpty()) {
      file = engine.scrub(files.remove());
    }
    return file;
  }

  private static Checked check(WalScrub log, long bytes) {
    var step = log.step(bytes);
    return new Checked(step.bytes(), step.damage(), null);
  }

  private static Checked check(Scrub file, long bytes) {
    try {
      return new Checked(file.step(bytes), null, null);
    } catch (CorruptionError damaged) {
      return new Checked(0, null, damaged);
    }
  }

  private void checked(Checked checked) {
    if (checked.bytes == 0) {
      release();
    }
    if (!closed && checked.log != null) {
      logDamaged.accept(checked.log);
    }
    if (!closed && checked.state != null) {
      stateDamaged.accept(checked.state);
    }
    env.loop().after(checked.bytes == 0 ? Duration.ZERO : STEP, this::step);
  }

  private void release() {
    if (log != null) {
      log.close();
      log = null;
    }
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
