package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.Result;
import io.concordkv.node.command.Command;

/// Decides what a granted lease is like before it goes through the log: its id, if nobody chose
/// one, and how long it lives at least.
final class LeaseGrants {
  private static final long MAX_SECONDS = 9_000_000_000L;

  private final Env env;
  private final NodeConfig config;
  private final MvccStore store;
  private final PendingWrites writes;

  LeaseGrants(Env env, NodeConfig config, MvccStore store, PendingWrites writes) {
    this.env = env;
    this.config = config;
    this.store = store;
    this.writes = writes;
  }

  /// `id` 0: one that is free.
  void grant(long id, long ttlSeconds, Reply<Result> reply) {
    if (ttlSeconds > MAX_SECONDS) {
      reply.failed(new ConcordException(ErrorCode.LEASE_TTL_TOO_LARGE));
      return;
    }
    long ttl = Math.max(ttlSeconds, config.minLeaseSeconds());
    var grant = new Mutation.GrantLease(id == 0 ? freshId() : id, ttl);
    writes.submit(new Command.Change(grant), reply);
  }

  private long freshId() {
    long id = 0;
    while (id == 0 || store.lease(id) != null) {
      id = new ByteReader(Bytes.wrap(env.entropy(8))).u64() & Long.MAX_VALUE;
    }
    return id;
  }
}
