package io.concordkv.node.shard;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.replica.SnapshotSource;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.lsm.FrozenFiles;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A shard's state for another replica. Files, where this one goes in step: whoever takes them over
/// goes in step from then on, and is not sent those that it has. That has to wait until a bar ends
/// behind what is needed. Pairs, where there are no such files: for a witness, from one out of
/// step, and where the bar does not end.
final class StateSource implements SnapshotSource {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// What the state machine has to give.
  interface Shard {
    /// The position at the end of the last bar that is durable; null if it goes by itself.
    @Nullable SnapshotMark durable();

    SnapshotMark applied();

    /// Sees to it that a bar ends soon.
    void wantBar();

    FrozenFiles files();

    View view();
  }

  /// What it is frozen to.
  private sealed interface Frozen {
    void close();
  }

  private record Files(FrozenFiles files) implements Frozen {
    @Override
    public void close() {
      files.close();
    }
  }

  private record Pairs(View view, Cursor cursor) implements Frozen {
    @Override
    public void close() {
      cursor.close();
      view.close();
    }
  }

  private final Env env;
  private final Shard shard;
  private final long from;
  private final boolean bare;
  private final int partBytes;
  private final long since;
  private @Nullable Frozen frozen;
  private @Nullable SnapshotMark mark;
  private boolean begun;

  /// What is left of the description of files.
  private Bytes description = Bytes.EMPTY;

  StateSource(Env env, Shard shard, long from, boolean bare, int partBytes) {
    this.env = env;
    this.shard = shard;
    this.from = from;
    this.bare = bare;
    this.partBytes = partBytes;
    this.since = env.clock().nanos();
  }

  @Override
  public boolean isReady() {
    if (frozen != null) {
      return true;
    }
    var durable = shard.durable();
    if (bare || durable == null || hasWaited() || env.fault("snapshot/pairs")) {
      mark = shard.applied();
      var view = shard.view();
      var range = bare ? ShardKeys.GROUP : KeyRange.ALL;
      frozen = new Pairs(view, view.scan(range, Order.ASCENDING));
      env.reached("snapshot/of-pairs");
    } else if (durable.last().index() >= from) {
      mark = durable;
      frozen = new Files(shard.files());
      env.reached("snapshot/of-files");
    } else {
      shard.wantBar();
    }
    return frozen != null;
  }

  private boolean hasWaited() {
    return env.clock().nanos() - since >= PATIENCE.toNanos();
  }

  @Override
  public SnapshotMark mark() {
    return Objects.requireNonNull(mark, "it is ready");
  }

  @Override
  public @Nullable SnapshotPart next() {
    var state = Objects.requireNonNull(frozen, "it is ready");
    boolean first = !begun;
    begun = true;
    return switch (state) {
      case Pairs(_, var cursor) ->
          first ? new StatePart.Heading.Pairs().part() : PairStream.next(cursor, partBytes);
      case Files(var files) -> {
        if (first) {
          description = files.description();
          yield new StatePart.Heading.Files(description.length()).part();
        }
        if (!description.isEmpty()) {
          yield StatePart.of(nextOfDescription());
        }
        var piece = files.next(partBytes);
        yield piece == null ? null : StatePart.of(piece);
      }
    };
  }

  private Bytes nextOfDescription() {
    int end = Math.min(partBytes, description.length());
    var next = description.slice(0, end);
    description = description.slice(end);
    return next;
  }

  @Override
  public void close() {
    if (frozen != null) {
      frozen.close();
    }
  }
}
