package io.concordkv.replica;

import io.concordkv.storage.wal.WalOptions;
import java.time.Duration;

/// What the groups of a loop share.
///
/// @param node this node's id: the address of its frames
/// @param directory where the log lies
/// @param tick how long a Raft tick is
/// @param silentTicks a node that was not heard of for so long is taken for dead by groups that
///   sleep
/// @param snapshotBytesPerSecond what all snapshots together may send; 0: no limit
public record HostConfig(
    long node,
    String directory,
    Duration tick,
    int silentTicks,
    WalOptions wal,
    long snapshotBytesPerSecond) {}
