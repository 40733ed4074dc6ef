package io.concordkv.node;

import io.concordkv.base.env.Clock;
import io.concordkv.node.command.Command;
import io.concordkv.node.shard.Member;
import io.concordkv.node.shard.ShardStateMachine;
import java.time.Duration;

/// Tells the cluster this node's name and client URLs, through the log, until the members know
/// them.
final class Publication {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Clock clock;
  private final ShardStateMachine shard;
  private final PendingWrites writes;
  private final Command.Publish publish;
  private boolean tried;
  private long retryNanos;

  Publication(
      Clock clock,
      ShardStateMachine shard,
      PendingWrites writes,
      Identity identity,
      Bootstrap bootstrap) {
    this.clock = clock;
    this.shard = shard;
    this.writes = writes;
    publish =
        new Command.Publish(
            identity.member(), bootstrap.name(), bootstrap.clientUrls(), identity.birth());
  }

  boolean done() {
    Member known = shard.member(publish.member());
    return known != null
        && known.name().equals(publish.name())
        && known.clientUrls().equals(publish.clientUrls())
        && known.birth() == publish.birth();
  }

  /// Publishes if that is due: a leader is known, and it was not tried a moment ago.
  void sweep() {
    long now = clock.nanos();
    if (done() || shard.wasRemoved(publish.member()) || (tried && now - retryNanos < 0)) {
      return;
    }
    tried = true;
    retryNanos = now + RETRY.toNanos();
    // Whether it worked is seen in the members, not in the answer.
    writes.submit(publish, () -> {}, _ -> {});
  }
}
