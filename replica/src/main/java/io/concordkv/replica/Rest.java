package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.raft.RaftNode;
import io.concordkv.replica.wire.RestFrame;
import io.concordkv.transport.Transport;
import java.util.function.LongPredicate;

/// Whether a group's member sleeps, that is does not tick. The leader decides it for all, once
/// everybody who lives has everything; a follower sleeps if it finds itself as the leader says.
///
/// Sleep is no promise, and nothing is read or written in it: whatever happens wakes the member,
/// and it goes on as if no time had passed.
final class Rest {
  private final ReplicaConfig config;
  private final Env env;
  private final RaftNode raft;
  private final LongPredicate lives;
  private final Transport transport;
  private boolean asleep;
  private int quietTicks;

  Rest(Env env, ReplicaConfig config, RaftNode raft, LongPredicate lives, Transport transport) {
    this.env = env;
    this.config = config;
    this.raft = raft;
    this.lives = lives;
    this.transport = transport;
  }

  boolean asleep() {
    return asleep;
  }

  void rise() {
    if (asleep) {
      env.reached("replica/woken");
    }
    asleep = false;
    quietTicks = 0;
  }

  /// Whether a leader may sleep, or go on to.
  boolean possible() {
    return config.restTicks() > 0 && raft.atRest(lives);
  }

  /// A tick of a leader in which nothing was under way here, or not. Returns whether it sleeps now.
  boolean tick(boolean quiet) {
    quietTicks = quiet && possible() ? quietTicks + 1 : 0;
    if (quietTicks == 0 || quietTicks < config.restTicks()) {
      return false;
    }
    asleep = true;
    env.reached("replica/leader-asleep");
    var status = raft.status();
    var sleep = new RestFrame.Sleep(status.hardState().term(), status.last().index());
    var frame = sleep.encode(config.group());
    for (long member : status.configuration().members()) {
      if (member != config.raft().id()) {
        transport.send(member, frame);
      }
    }
    return true;
  }

  /// The leader says that nothing happens. False if this member knows better, and is to stay up.
  boolean told(long from, RestFrame.Sleep sleep, boolean quiet) {
    boolean agrees =
        quiet && config.restTicks() > 0 && raft.follows(from, sleep.term(), sleep.index());
    asleep |= agrees;
    env.reached(agrees ? "replica/follower-asleep" : "replica/stays-awake");
    return agrees;
  }
}
