package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.replica.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads that must see all that was acknowledged before they were asked for (ReadIndex, Ongaro
/// 2014, section 6.4). What finds no leader is tried again until its time is up.
final class LinearizableReads {
  private final NodeConfig config;
  private final Clock clock;
  private final Replica replica;

  /// Reads whose last try came to nothing, oldest first.
  private final ArrayDeque<Waiting> again = new ArrayDeque<>();

  private int underWay;
  private boolean closed;

  private record Waiting(Runnable read, Consumer<ConcordException> failed, long startNanos) {}

  LinearizableReads(NodeConfig config, Clock clock, Replica replica) {
    this.config = config;
    this.clock = clock;
    this.replica = replica;
  }

  /// Runs `read` once everything acknowledged before now is applied here.
  void await(Runnable read, Consumer<ConcordException> failed) {
    if (closed) {
      failed.accept(new ConcordException(ErrorCode.STOPPED));
    } else if (underWay + again.size() >= config.maxPending()) {
      failed.accept(new ConcordException(ErrorCode.TOO_MANY_REQUESTS));
    } else {
      attempt(new Waiting(read, failed, clock.nanos()));
    }
  }

  int size() {
    return underWay + again.size();
  }

  private void attempt(Waiting waiting) {
    underWay++;
    replica.readIndex(index -> {
      underWay--;
      if (closed) {
        waiting.failed.accept(new ConcordException(ErrorCode.STOPPED));
      } else if (index != 0) {
        waiting.read.run();
      } else {
        again.add(waiting);
      }
    });
  }

  void sweep() {
    long now = clock.nanos();
    for (var waiting : drain()) {
      if (now - waiting.startNanos >= config.requestTimeout().toNanos()) {
        waiting.failed.accept(new ConcordException(ErrorCode.TIMEOUT));
      } else {
        attempt(waiting);
      }
    }
  }

  /// What the replica has under way it gives back itself.
  void close() {
    closed = true;
    drain().forEach(waiting -> waiting.failed.accept(new ConcordException(ErrorCode.STOPPED)));
  }

  private List<Waiting> drain() {
    var all = new ArrayList<>(again);
    again.clear();
    return all;
  }
}
