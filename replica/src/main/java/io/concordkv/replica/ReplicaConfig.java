package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.RaftConfig;

/// @param group which group it is: part of every record and frame
/// @param bootstrap the first configuration; every member of a new group writes it as entry 1. Of
///   nobody for a member that joins a group. Not looked at once the group has a log
/// @param raft how the member behaves
/// @param snapshotEntries when the state was not made durable for so many applied entries it is
///   asked to become so, so that the log can be trimmed
/// @param catchUpEntries applied entries that stay in memory for slow followers
/// @param catchUpBytes and how many bytes of them at most
/// @param restTicks a group in which nothing happened for so long falls asleep: its members stop
///   ticking until something happens or a node dies. 0: never. Longer than a heartbeat takes: who
///   did not hear that all sleep, and asks for votes, learns by one that there is a leader
public record ReplicaConfig(
    long group,
    ConfigurationEntry bootstrap,
    RaftConfig raft,
    long snapshotEntries,
    long catchUpEntries,
    long catchUpBytes,
    int restTicks) {
  public ReplicaConfig {
    Check.that(
        restTicks == 0 || restTicks > raft.heartbeatTicks(), "a rest is longer than a heartbeat");
  }

  /// With nothing for the state machine in entry 1, and without sleep.
  public ReplicaConfig(
      long group,
      Configuration bootstrap,
      RaftConfig raft,
      long snapshotEntries,
      long catchUpEntries,
      long catchUpBytes) {
    this(
        group,
        new ConfigurationEntry(bootstrap, Bytes.EMPTY),
        raft,
        snapshotEntries,
        catchUpEntries,
        catchUpBytes,
        0);
  }

  public ReplicaConfig withRestTicks(int ticks) {
    return new ReplicaConfig(
        group, bootstrap, raft, snapshotEntries, catchUpEntries, catchUpBytes, ticks);
  }
}
