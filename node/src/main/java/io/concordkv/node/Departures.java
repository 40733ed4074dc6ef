package io.concordkv.node;

import io.concordkv.node.command.Command;
import io.concordkv.node.shard.ShardStateMachine;

/// Lets go of those who were removed.
///
/// A configuration takes force when it is applied, so a member that does not know yet that one is
/// committed goes by the one before, and needs a majority of it to become leader: also of those who
/// were removed. They may end only when nobody can need them any more. The leader that has applied
/// a removal writes one more entry. With that entry travels the news of what was committed when it
/// was written, and one sync stores both, so whoever has it knows of the removal. Once it is
/// committed, the newest log of any majority of those who stay has it, whatever crashes there were,
/// and so that majority can elect a leader without those who went.
final class Departures {
  private final ShardStateMachine shard;
  private final PendingWrites writes;
  private boolean underWay;

  Departures(ShardStateMachine shard, PendingWrites writes) {
    this.shard = shard;
    this.writes = writes;
  }

  void sweep() {
    var needed = shard.neededMembers();
    if (underWay || needed.isEmpty()) {
      return;
    }
    underWay = true;
    // Whoever leads does it; on all others this fails at once.
    writes.submitAsLeader(
        new Command.ReleaseMembers(needed), () -> underWay = false, _ -> underWay = false);
  }
}
