package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings what one engine has into another, empty one, while commits go on: workers copy the
/// content of one moment, a bounded step at a time; what is committed meanwhile waits here and is
/// written behind it.
///
/// Owned by the store's loop.
final class Copying {
  private static final long STEP_BYTES = 1 << 20;
  private static final long MAX_BEHIND_BYTES = 64 << 20;
  private static final Duration STALL = Duration.ofMillis(1);

  /// What becomes of it: one of both, once.
  interface Host {
    /// Nothing waits any more: both engines are equal now, in this turn of the loop.
    void equal();

    /// The other engine refuses what this one has, or it was told to stop. Nothing runs any more.
    void stopped(ConcordException why);
  }

  private final Env env;
  private final Home next;
  private final View view;
  private final long sequence;
  private final long pairs;
  private final Consumer<MigrationProgress> progress;
  private final Host host;
  private final Cursor cursor;
  private final Replacement replacement;
  private final ArrayDeque<WriteBatch> behind = new ArrayDeque<>();
  private long behindBytes;
  private long copied;
  private @Nullable ConcordException failure;

  /// What a worker has done of the copy.
  private record Step(long copied, boolean more, @Nullable ConcordException refused) {}

  /// Takes over `view`, the content after the commit `sequence`, of about so many `pairs`.
  Copying(
      Env env,
      Home next,
      View view,
      long sequence,
      long pairs,
      Consumer<MigrationProgress> progress,
      Host host) {
    this.env = env;
    this.next = next;
    this.view = view;
    this.sequence = sequence;
    this.pairs = pairs;
    this.progress = progress;
    this.host = host;
    cursor = view.scan(KeyRange.ALL, Order.ASCENDING);
    replacement = next.engine.replacement();
  }

  void begin() {
    env.workers().run(Lane.BACKGROUND, this::step, env.loop(), this::stepped);
  }

  /// A commit was written to the engine that is copied. Whoever handed it over may change the batch
  /// once it is answered.
  void add(WriteBatch batch) {
    var copy = new WriteBatch().mark(batch.mark());
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> copy.put(key, value);
        case WriteBatch.Change.Delete(var key) -> copy.delete(key);
        case WriteBatch.Change.DeleteRange(var range) -> copy.deleteRange(range);
      }
    }
    behind.add(copy);
    behindBytes += copy.bytes();
  }

  /// Whether so much waits that no more should come.
  boolean full() {
    return behindBytes >= MAX_BEHIND_BYTES;
  }

  /// The log behind this commit is needed, should the other engine take over.
  long needsLogFrom() {
    return Math.max(sequence, next.saved());
  }

  void stop(ConcordException why) {
    if (failure == null) {
      failure = why;
    }
  }

  private Step step() {
    long count = 0;
    try {
      for (long bytes = 0; bytes < STEP_BYTES; count++) {
        if (!cursor.next()) {
          replacement.seal();
          return new Step(count, false, null);
        }
        replacement.add(cursor.key(), cursor.value());
        bytes += cursor.key().length() + cursor.value().length();
      }
      return new Step(count, true, null);
    } catch (ConcordException refused) {
      return new Step(count, true, refused);
    }
  }

  private void stepped(Step step) {
    copied += step.copied;
    tell();
    if (failure == null && step.refused != null) {
      failure = step.refused;
    }
    if (failure == null && step.more) {
      begin();
      return;
    }
    cursor.close();
    view.close();
    if (failure != null) {
      replacement.abandon();
      host.stopped(failure);
    } else {
      next.engine.replaceWith(replacement, sequence, () -> next.saveFirst(this::catchUp));
    }
  }

  private void catchUp() {
    try {
      for (long bytes = 0; failure == null && !behind.isEmpty(); ) {
        if (bytes >= STEP_BYTES || next.engine.stalled()) {
          tell();
          var _ = env.loop().after(STALL, this::catchUp);
          return;
        }
        var batch = behind.remove();
        behindBytes -= batch.bytes();
        bytes += batch.bytes();
        next.engine.write(batch);
      }
    } catch (ConcordException refused) {
      failure = refused;
    }
    tell();
    if (failure != null) {
      host.stopped(failure);
    } else {
      host.equal();
    }
  }

  private void tell() {
    progress.accept(new MigrationProgress(copied, Math.max(pairs, copied), behind.size()));
  }
}
