package io.concordkv.node.shard;

import io.concordkv.base.ErrorCode;
import io.concordkv.base.InvariantError;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.storage.engine.WriteBatch;
import org.jspecify.annotations.Nullable;

/// An entry that is about the members and not about the keyspace: a command, a configuration that
/// comes into force, or both in one.
record Aside(@Nullable Envelope envelope, @Nullable Configuration configuration) {
  static Aside of(ConfigurationEntry entry) {
    var context = entry.context();
    return new Aside(context.isEmpty() ? null : EnvelopeCodec.decode(context), entry.next());
  }

  /// Answers why the command came to nothing; null: it did not, or there is none.
  @Nullable ErrorCode apply(MemberTable members, WriteBatch batch) {
    ErrorCode refused = null;
    if (envelope != null) {
      refused =
          switch (envelope.command()) {
            case Command.Membership command -> members.apply(command, batch);
            case Command.Change _, Command.Chore _ ->
                throw new InvariantError("what is not about members is no aside");
          };
    }
    if (configuration != null) {
      members.follow(configuration, batch);
    }
    return refused;
  }
}
