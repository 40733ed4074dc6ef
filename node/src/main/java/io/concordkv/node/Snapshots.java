package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.replica.Replica;
import io.concordkv.storage.engine.lsm.Checkpoint;
import io.concordkv.storage.engine.lsm.LsmEngine;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Snapshots of this node's state for an operator, in directories below its own, one at a time.
/// They are [Checkpoint]s: the files are shared with the living state, so one costs next to nothing
/// until that state has moved on. [Restoration] founds a cluster from one.
public final class Snapshots {
  private static final String DIRECTORY = "snapshots/";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /// What was saved, and where it lies.
  ///
  /// @param index up to which entry of the log it has everything
  /// @param tables its files, and how many of them its base lacks
  public record Saved(String directory, long index, int tables, int newTables) {
    static Saved of(String directory, Checkpoint checkpoint) {
      var tables = checkpoint.tables();
      long fresh = tables.stream().filter(Checkpoint.Stored::here).count();
      return new Saved(directory, checkpoint.mark(), tables.size(), (int) fresh);
    }
  }

  private final Env env;
  private final LsmEngine engine;
  private final Runnable flush;
  private final Replica replica;
  private final BooleanSupplier witness;
  private @Nullable Consumer<ErrorCode> underWay;
  private boolean closed;

  /// @param flush sees to it that what is applied by now is in tables soon
  Snapshots(Env env, LsmEngine engine, Runnable flush, Replica replica, BooleanSupplier witness) {
    this.env = env;
    this.engine = engine;
    this.flush = flush;
    this.replica = replica;
    this.witness = witness;
  }

  /// Saves everything that is applied by now as `name`. With a `base`, the name of an earlier one,
  /// it holds only the files that the base lacks. Any thread may call it.
  public void save(String name, String base, Reply<Saved> reply) {
    env.loop()
        .post(() -> {
          var refusal = refusal(name, base);
          if (refusal != null) {
            reply.failed(new ConcordException(refusal));
            return;
          }
          underWay = why -> reply.failed(new ConcordException(why));
          env.workers()
              .run(
                  Lane.BACKGROUND,
                  () -> look(name, base),
                  env.loop(),
                  found -> found.ifPresentOrElse(this::refuse, () -> write(name, base, reply)));
        });
  }

  private @Nullable ErrorCode refusal(String name, String base) {
    if (closed) {
      return ErrorCode.STOPPED;
    } else if (witness.getAsBoolean()) {
      return ErrorCode.NOT_SUPPORTED_FOR_WITNESS;
    } else if (replica.hollow() || replica.renewing()) {
      return ErrorCode.UNHEALTHY;
    } else if (underWay != null) {
      return ErrorCode.TOO_MANY_REQUESTS;
    }
    boolean named = base.isEmpty() || NAME.matcher(base).matches();
    return named && NAME.matcher(name).matches() ? null : ErrorCode.SNAPSHOT_NAME;
  }

  /// What keeps it from being written. On a worker.
  private Optional<ErrorCode> look(String name, String base) {
    var files = env.files();
    try {
      files.createDirectories(DIRECTORY + name);
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NO_SPACE) {
        return Optional.of(ErrorCode.SNAPSHOT_NO_SPACE);
      }
      throw e;
    }
    if (!files.list(DIRECTORY + name).isEmpty()) {
      return Optional.of(ErrorCode.SNAPSHOT_EXISTS);
    }
    try {
      if (!base.isEmpty()) {
        Checkpoint.read(files, DIRECTORY + base);
      }
      return Optional.empty();
    } catch (CorruptionError unusable) {
      return Optional.of(ErrorCode.SNAPSHOT_BASE);
    }
  }

  private void write(String name, String base, Reply<Saved> reply) {
    if (closed) {
      return;
    }
    engine.checkpoint(
        DIRECTORY + name,
        base,
        checkpoint -> {
          if (!closed) {
            underWay = null;
            reply.done(Saved.of(env.files().describe(DIRECTORY + name), checkpoint));
          }
        },
        _ -> refuse(ErrorCode.SNAPSHOT_NO_SPACE));
    flush.run();
  }

  private void refuse(ErrorCode why) {
    var waiting = underWay;
    underWay = null;
    if (waiting != null) {
      waiting.accept(why);
    }
  }

  void close() {
    closed = true;
    refuse(ErrorCode.STOPPED);
  }
}
