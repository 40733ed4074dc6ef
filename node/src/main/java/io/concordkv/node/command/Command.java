package io.concordkv.node.command;

import io.concordkv.mvcc.Mutation;
import java.util.List;

/// What a shard's log entries say.
public sealed interface Command {
  /// A change of the keyspace.
  record Change(Mutation mutation) implements Command {}

  /// A member tells its name and where clients reach it.
  record Publish(long member, String name, List<String> clientUrls) implements Command {
    public Publish {
      clientUrls = List.copyOf(clientUrls);
    }
  }
}
