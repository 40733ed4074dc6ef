package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Clock;
import io.concordkv.mvcc.Result;
import io.concordkv.node.command.Command;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardStateMachine;
import java.time.Duration;
import java.util.List;

/// Tells the cluster this node's name and client URLs, through the log, until the members know
/// them.
final class Publication {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Clock clock;
  private final ShardStateMachine shard;
  private final PendingWrites writes;
  private final long self;
  private final String name;
  private final List<String> clientUrls;
  private boolean tried;
  private long retryNanos;

  Publication(
      Clock clock, ShardStateMachine shard, PendingWrites writes, long self, Bootstrap bootstrap) {
    this.clock = clock;
    this.shard = shard;
    this.writes = writes;
    this.self = self;
    name = bootstrap.name();
    clientUrls = bootstrap.clientUrls();
  }

  boolean done() {
    Member known = shard.member(self);
    return known != null && known.name().equals(name) && known.clientUrls().equals(clientUrls);
  }

  /// Publishes if that is due: a leader is known, and it was not tried a moment ago.
  void sweep() {
    long now = clock.nanos();
    if (done() || (tried && now - retryNanos < 0)) {
      return;
    }
    tried = true;
    retryNanos = now + RETRY.toNanos();
    writes.submit(new Command.Publish(self, name, clientUrls), ignored());
  }

  /// Whether it worked is seen in the members, not in the answer.
  private static Reply<Result> ignored() {
    return new Reply<>() {
      @Override
      public void done(Result answer) {}

      @Override
      public void failed(ConcordException error) {}
    };
  }
}
