package io.concordkv.node.shard;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;

/// Gives a stored state to other members: what is stored for clients stays, at the revision and at
/// the entry where it is.
public final class Refounding {
  private Refounding() {}

  /// Writes to `engine`, which is not durable yet. Returns where the new members' log begins.
  public static SnapshotMark refound(Engine engine, List<Member> founders) {
    var stored = ShardStateMachine.stored(engine);
    if (stored == null) {
      throw new ConcordException(
          ErrorCode.SNAPSHOT_BASE, "the snapshot has no state of a node: use another one");
    }
    var old = new MemberTable();
    old.load(engine);
    var batch = new WriteBatch();
    for (var founder : founders) {
      if (old.get(founder.id()) != null || old.wasRemoved(founder.id())) {
        throw new ConcordException(
            ErrorCode.MEMBER_EXISTS,
            "the cluster that the snapshot is of had a member with the same peer URLs and token as"
                + " %s: give the new cluster an --initial-cluster-token of its own, here and when its"
                    .formatted(founder.peerUrls())
                + " members are started, so that nobody takes one for the other");
      }
    }
    old.all().forEach(member -> batch.delete(ShardKeys.member(member.id())));
    old.needed().forEach(id -> batch.delete(ShardKeys.removed(id)));
    old.released().forEach(id -> batch.delete(ShardKeys.removed(id)));
    founders.forEach(
        founder -> batch.put(ShardKeys.member(founder.id()), ShardKeys.encode(founder)));
    var voters = Configuration.of(founders.stream().map(Member::id).toList());
    var mark = new SnapshotMark(stored.last(), voters);
    Bytes applied = ShardKeys.encode(mark);
    engine.write(batch.put(ShardKeys.APPLIED, applied).mark(mark.last().index()));
    return mark;
  }
}
