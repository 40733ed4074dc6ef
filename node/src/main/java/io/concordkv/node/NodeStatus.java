package io.concordkv.node;

import io.concordkv.node.command.Standing;
import java.util.List;

/// What a node says of itself.
///
/// @param databaseBytes what the store takes on disk, and in memory before it gets there
/// @param liveBytes what of it is not superseded
/// @param leader 0: none
/// @param errors for a person to look into
/// @param damages what of its data is damaged and not yet replaced
public record NodeStatus(
    long databaseBytes,
    long liveBytes,
    long leader,
    long committedIndex,
    long appliedIndex,
    long term,
    Standing standing,
    List<String> errors,
    List<String> damages) {}
