package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.RaftConfig;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.ReplicaConfig;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.transport.SilentTransport;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the one member whose data directory this is the whole cluster, when a quorum is lost for
/// good. The node must be stopped.
///
/// It writes a configuration with this member alone behind its log, in a term that nobody can have
/// seen, with a record of who did it and when; at the next start the log is replayed up to it. All
/// other members count as removed. What only the lost ones had is lost; should they still live,
/// they could go on as a second cluster of the same name until they hear of this one.
public final class UnsafeRecovery {
  /// What was done.
  ///
  /// @param index of the entry that says so
  public record Done(long cluster, long member, long index) {}

  private UnsafeRecovery() {}

  /// Blocks but for the last sync, behind which `then` runs. On the loop. Fails with a
  /// [ConcordException] if the data is not of `cluster`, and if another process has it open.
  ///
  /// @param by who decides this, for the record
  public static void run(Env env, NodeConfig config, long cluster, String by, Consumer<Done> then) {
    if (!Identity.isSettled(env.files())) {
      throw new ConcordException(
          ErrorCode.MEMBER_NOT_FOUND,
          env.files().describe("") + " holds no data of a node: nothing was changed");
    }
    var lock = env.files().lock("lock");
    var identity = Identity.read(env.files());
    if (identity.cluster() != cluster) {
      throw new ConcordException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "%s holds data of cluster %x, not %x: nothing was changed"
              .formatted(env.files().describe(""), identity.cluster(), cluster));
    }
    var host =
        ReplicaHost.open(env, new SilentTransport(), config.host(identity.member()), (_, _) -> {});
    var engine = LsmEngine.openInStep(env, "state", config.lsm());
    var stored = ShardStateMachine.stored(engine);
    var first = identity.firstEntry(Node.GROUP);
    if (isWitness(identity, stored)) {
      host.close();
      engine.close();
      unlock(lock);
      throw new ConcordException(
          ErrorCode.NOT_SUPPORTED_FOR_WITNESS,
          env.files().describe("")
              + " is the directory of a witness, which has none of the cluster's data: nothing was"
              + " changed. Recover a member that has it");
    }
    var replica =
        new ReplicaConfig(
            Node.GROUP, first, RaftConfig.of(identity.member()), 1, 0, config.catchUpBytes(), 0);
    var applied = stored == null ? new SnapshotMark(LogPosition.START, first.next()) : stored;
    var command = new Command.Recover(List.of(identity.member()), by);
    var context =
        EnvelopeCodec.encode(
            Envelope.of(
                Node.GROUP,
                new RequestId(identity.member(), 0, 0),
                env.clock().wall().toEpochMilli(),
                command));
    var alone = Configuration.of(List.of(identity.member()));
    host.force(
        replica,
        applied,
        new ConfigurationEntry(alone, context),
        index -> {
          host.close();
          engine.close();
          unlock(lock);
          then.accept(new Done(cluster, identity.member(), index));
        });
  }

  private static boolean isWitness(Identity identity, @Nullable SnapshotMark stored) {
    return stored == null
        ? identity.first().stream()
            .anyMatch(each -> each.id() == identity.member() && each.witness())
        : stored.configuration().witnesses().contains(identity.member());
  }

  private static void unlock(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception e) {
      throw new IllegalStateException("the data directory cannot be unlocked", e);
    }
  }
}
