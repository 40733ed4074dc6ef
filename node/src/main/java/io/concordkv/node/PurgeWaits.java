package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.mvcc.PurgeStep;
import io.concordkv.node.shard.ShardStateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who waits until what compaction made unreadable is deleted here, which the leader sees to, step
/// by step. However long that is, somebody waits only as long as it goes on.
final class PurgeWaits {
  private record Waiting(Runnable then, Consumer<ConcordException> failed) {}

  private final NodeConfig config;
  private final Clock clock;
  private final ShardStateMachine shard;
  private final List<Waiting> waiting = new ArrayList<>();

  /// The next step, and since when it is that one.
  private @Nullable PurgeStep next;

  private long since;
  private boolean closed;

  PurgeWaits(NodeConfig config, Clock clock, ShardStateMachine shard) {
    this.config = config;
    this.clock = clock;
    this.shard = shard;
  }

  /// What has been done is told to `reply` only after that.
  <T> Reply<T> before(Reply<T> reply) {
    return Reply.from(done -> await(() -> reply.done(done), reply::failed), reply::failed);
  }

  private void await(Runnable then, Consumer<ConcordException> failed) {
    if (closed) {
      failed.accept(new ConcordException(ErrorCode.STOPPED));
    } else if (waiting.size() >= config.maxPending()) {
      failed.accept(new ConcordException(ErrorCode.TOO_MANY_REQUESTS));
    } else {
      if (waiting.isEmpty()) {
        since = clock.nanos();
      }
      waiting.add(new Waiting(then, failed));
      sweep();
    }
  }

  void sweep() {
    if (waiting.isEmpty()) {
      return;
    }
    long now = clock.nanos();
    var step = shard.store().purgeStep();
    if (step == null) {
      drain().forEach(each -> each.then.run());
    } else if (!step.equals(next)) {
      since = now;
    } else if (now - since >= config.requestTimeout().toNanos()) {
      fail(ErrorCode.TIMEOUT);
    }
    next = step;
  }

  void close() {
    closed = true;
    fail(ErrorCode.STOPPED);
  }

  private void fail(ErrorCode why) {
    drain().forEach(each -> each.failed.accept(new ConcordException(why)));
  }

  private List<Waiting> drain() {
    var all = List.copyOf(waiting);
    waiting.clear();
    return all;
  }
}
