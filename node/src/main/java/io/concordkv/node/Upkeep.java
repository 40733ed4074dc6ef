package io.concordkv.node;

import io.concordkv.base.Check;
import io.concordkv.node.shard.ShardStateMachine;
import java.time.Duration;

/// What a node does in the background for its data and its peers.
///
/// @param snapshotBytesPerSecond what all snapshots for peers together may send; 0: no limit
/// @param snapshotChunkBytes how much of a snapshot is sent at once: at least so much, and at most
///   one pair more
/// @param scrubBytesPerSecond how fast stored files are read and checked; 0: not at all
/// @param scrubPause how long it rests once everything was read
public record Upkeep(
    long snapshotBytesPerSecond,
    int snapshotChunkBytes,
    long scrubBytesPerSecond,
    Duration scrubPause) {
  public static final Upkeep DEFAULT =
      new Upkeep(128 << 20, ShardStateMachine.MAX_CHUNK_BYTES, 8 << 20, Duration.ofHours(1));

  public Upkeep {
    Check.that(snapshotBytesPerSecond >= 0 && scrubBytesPerSecond >= 0, "a rate is not negative");
    Check.that(
        snapshotChunkBytes > 0 && snapshotChunkBytes <= ShardStateMachine.MAX_CHUNK_BYTES,
        "a chunk has a size (%d) that its receiver takes",
        snapshotChunkBytes,
        0);
  }
}
