package io.concordkv.node;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.watch.WatchSink;
import java.util.List;

/// One running node. Every method may be called by any thread and returns at once; the reply comes
/// on the node's loop, so it must not block.
///
/// A write whose fate is not known (the leader died, the time is up) fails with a timeout. It may
/// have been done; the node never sends it again by itself.
public final class Node implements AutoCloseable {
  Node() {}

  public Header header() {
    throw new UnsupportedOperationException();
  }

  /// Reads. `serializable` reads what this node has; otherwise the answer has all that was
  /// acknowledged by anyone before the call.
  public void range(RangeQuery query, boolean serializable, Reply<Answer<Result.Ranged>> reply) {
    throw new UnsupportedOperationException();
  }

  /// Writes: a put, a deletion, a guarded commit, a lease to be revoked. A guarded commit that only
  /// reads is answered without the log.
  public void write(Mutation mutation, Reply<Answer<Result>> reply) {
    throw new UnsupportedOperationException();
  }

  /// As a read-only guarded commit, from what this node has.
  public void readSerializable(Operation.GuardedCommit commit, Reply<Answer<Result>> reply) {
    throw new UnsupportedOperationException();
  }

  /// `physical`: the answer waits until this node has deleted what became unreadable.
  public void compact(long revision, boolean physical, Reply<Answer<Result>> reply) {
    throw new UnsupportedOperationException();
  }

  /// `id` 0: the node picks one.
  public void grantLease(long id, long ttlSeconds, Reply<Answer<Result.Granted>> reply) {
    throw new UnsupportedOperationException();
  }

  /// The granted TTL, or 0 if there is no such lease.
  public void keepAlive(long id, Reply<Answer<Long>> reply) {
    throw new UnsupportedOperationException();
  }

  public void timeToLive(long id, boolean keys, Reply<Answer<LeaseState>> reply) {
    throw new UnsupportedOperationException();
  }

  public void leases(Reply<Answer<List<Long>>> reply) {
    throw new UnsupportedOperationException();
  }

  /// The sink is called on the node's loop.
  public WatchHandle watch(WatchSink sink) {
    throw new UnsupportedOperationException();
  }

  public void members(boolean linearizable, Reply<Answer<List<Member>>> reply) {
    throw new UnsupportedOperationException();
  }

  public void status(Reply<Answer<NodeStatus>> reply) {
    throw new UnsupportedOperationException();
  }

  /// Over everything this member stores.
  public void hash(Reply<Answer<Integer>> reply) {
    throw new UnsupportedOperationException();
  }

  /// Over the keyspace up to `revision` (0: now); equal on all members.
  public void hashKeyspace(long revision, Reply<Answer<KeyspaceHash>> reply) {
    throw new UnsupportedOperationException();
  }

  public void moveLeader(long target, Reply<Header> reply) {
    throw new UnsupportedOperationException();
  }

  /// Whether a leader is known: read by any thread, may be a moment old.
  public boolean hasLeader() {
    throw new UnsupportedOperationException();
  }

  /// Runs `task` once this node has published itself and knows a leader.
  public void whenReady(Runnable task) {
    throw new UnsupportedOperationException();
  }

  /// Hands over leadership if it can, then stops.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
