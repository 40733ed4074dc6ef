package io.concordkv.node;

/// What every answer says of the one who gave it.
///
/// @param revision 0 where the answer has none (members)
public record Header(long clusterId, long memberId, long revision, long term) {}
