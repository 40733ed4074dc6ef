package io.concordkv.node.command;

/// A command with all that must be decided before it is proposed.
///
/// @param group the shard's group
/// @param shardEpoch which cut of the keyspace the proposer knew; 0 until keyspaces are sharded
/// @param principal who asked, empty without authorization
/// @param authRevision the state of the rights by which the request was admitted
/// @param proposedAtMillis the proposer's time of day; for people, never for a decision
/// @param mainRevision the revision it must get; 0: the next one, drawn when it is applied
/// @param authorityTerm the term of who handed out `mainRevision`; 0 until keyspaces are sharded
/// @param resolvedRevision below which nothing is open; 0 until keyspaces are sharded
public record Envelope(
    long group,
    long shardEpoch,
    RequestId request,
    String principal,
    long authRevision,
    long proposedAtMillis,
    long mainRevision,
    long authorityTerm,
    long resolvedRevision,
    Command command) {
  /// As everything is proposed today: one shard, no authorization, revisions drawn at apply.
  public static Envelope of(long group, RequestId request, long proposedAtMillis, Command command) {
    return new Envelope(group, 0, request, "", 0, proposedAtMillis, 0, 0, 0, command);
  }
}
