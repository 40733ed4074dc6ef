package io.concordkv.node.shard;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.StoredRow;
import io.concordkv.raft.SnapshotMark;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What a pair of a shard's engine means: for people who look into a store or a snapshot.
public sealed interface StoredPair {
  /// A member of the cluster; null if the engine has deleted it.
  record OfMember(long id, @Nullable Member member) implements StoredPair {}

  /// Who was a member and never will be again.
  ///
  /// @param released whether it is not needed any more
  record Removed(long id, boolean released) implements StoredPair {}

  /// Up to where the log is applied; null if the engine has deleted it.
  record Applied(@Nullable SnapshotMark mark) implements StoredPair {}

  /// Something of a keyspace.
  record OfKeyspace(StoredRow row) implements StoredPair {}

  /// Nothing that this release knows.
  record Unknown() implements StoredPair {}

  /// @param value null if the engine has deleted the pair
  static StoredPair read(Bytes key, @Nullable Bytes value) {
    if (key.equals(ShardKeys.APPLIED)) {
      return new Applied(value == null ? null : ShardKeys.decodeApplied(value));
    }
    if (ShardKeys.ALL_MEMBERS.contains(key) && key.length() == ShardKeys.MEMBER_KEY_BYTES) {
      return new OfMember(
          ShardKeys.memberId(key), value == null ? null : ShardKeys.decodeMember(value));
    }
    if (ShardKeys.ALL_REMOVED.contains(key)) {
      return new Removed(ShardKeys.removedId(key), ShardKeys.RELEASED.equals(value));
    }
    var row = StoredRow.read(key, value);
    return row == null ? new Unknown() : new OfKeyspace(row);
  }

  /// Passes on the pairs of a chunk of a snapshot. Throws if its checksum does not match.
  static void readChunk(Bytes chunk, BiConsumer<Bytes, Bytes> target) {
    PairStream.read(chunk, target);
  }
}
