package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.node.shard.Refounding;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.transport.SilentTransport;
import java.util.function.Consumer;

/// Makes a directory in which only a state lies, restored from a snapshot, that of a founder of a
/// new cluster. Every founder gets the same state; they go on from where it ends.
///
/// Who the node is is written last: until then no node starts here.
public final class Restoration {
  /// @param index the last entry of the log that the state has
  public record Done(long cluster, long member, long index) {}

  private Restoration() {}

  /// Blocks but for the last syncs, behind which `then` runs. On the loop. Fails with a
  /// [ConcordException] if there is no state, or if a new member would have the id of an old one:
  /// should the old cluster still live somewhere, the two must not meet.
  public static void run(Env env, NodeConfig config, Bootstrap bootstrap, Consumer<Done> then) {
    var files = env.files();
    if (Identity.isSettled(files)) {
      throw new ConcordException(
          ErrorCode.MEMBER_EXISTS,
          files.describe("") + " is the directory of a node: restore into an empty one");
    }
    long birth = new ByteReader(Bytes.wrap(env.entropy(8))).u64() | 1;
    var identity = Identity.of(bootstrap, birth);
    var engine = LsmEngine.openInStep(env, "state", config.lsm());
    var mark = Refounding.refound(engine, identity.first());
    // A bar like any other, so the founders go in step from the beginning.
    engine.endBar();
    engine.whenDurable(() -> {
      engine.close();
      found(env, config, identity, mark, then);
    });
  }

  private static void found(
      Env env, NodeConfig config, Identity identity, SnapshotMark mark, Consumer<Done> then) {
    var host =
        ReplicaHost.open(env, new SilentTransport(), config.host(identity.member()), (_, _) -> {});
    host.found(
        Node.GROUP,
        mark,
        () -> {
          host.close();
          identity.write(env.files());
          then.accept(new Done(identity.cluster(), identity.member(), mark.last().index()));
        });
  }
}
