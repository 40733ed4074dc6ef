package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.WalTail;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;

/// The groups of one event loop, with the log and the transport that they share.
public final class ReplicaHost implements AutoCloseable {
  /// Frames of this kind and above belong to the node, not to replication.
  public static final int FIRST_NODE_KIND = 64;

  private ReplicaHost() {}

  /// Opens the log and reads it. Blocks. Frames that are not about replication go to `others`.
  public static ReplicaHost open(Env env, Transport transport, HostConfig config, Receiver others) {
    throw new UnsupportedOperationException();
  }

  /// How the log ended.
  public WalTail tail() {
    throw new UnsupportedOperationException();
  }

  /// Whether the log holds anything of `group`.
  public boolean has(long group) {
    throw new UnsupportedOperationException();
  }

  /// Starts a group's replica from what the log has of it. Once, on the loop.
  public Replica start(ReplicaConfig config, StateMachine machine) {
    throw new UnsupportedOperationException();
  }

  /// Stops ticking and sending. Nothing is called after this.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
