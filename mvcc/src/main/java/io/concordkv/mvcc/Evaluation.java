package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.KeyspaceFormat.Version;
import io.concordkv.mvcc.lease.Lease;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Applies a batch of mutations. Everything that can be wrong with one is checked before its first
/// change, so a rejected one leaves no trace.
final class Evaluation {
  private static final long MAX_TTL_SECONDS = 9_000_000_000L;

  private final Keyspace keyspace;
  private final KeyspaceFormat format;
  private final BatchReads reads;
  private final WriteBatch batch;
  private final List<Revision> revisions = new ArrayList<>();

  // Of the mutation being applied: its revision, 0 until it changes something, and its changes.
  private long main;
  private List<Event> events = new ArrayList<>(1);

  Evaluation(Keyspace keyspace, KeyspaceFormat format, BatchReads reads, WriteBatch batch) {
    this.keyspace = keyspace;
    this.format = format;
    this.reads = reads;
    this.batch = batch;
  }

  List<Revision> revisions() {
    return revisions;
  }

  Outcome apply(Mutation mutation) {
    main = 0;
    var outcome =
        switch (mutation) {
          case Operation.Put put -> put(put);
          case Operation.DeleteRange delete -> new Outcome.Done(delete(delete));
          case Operation.GuardedCommit commit -> commit(commit);
          case Mutation.Compact compact -> compact(compact);
          case Mutation.GrantLease grant -> grant(grant);
          case Mutation.RevokeLease revoke -> revoke(revoke);
        };
    if (main != 0) {
      revisions.add(new Revision(main, events));
      events = new ArrayList<>(1);
    }
    return outcome;
  }

  private Outcome put(Operation.Put put) {
    // On its own a put looks at the lease first, inside a guarded commit at the key.
    if (put.lease() != 0 && keyspace.leases.get(put.lease()) == null) {
      return new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND);
    }
    var before = keyspace.live.find(put.key());
    if (before == null && (put.ignoreValue() || put.ignoreLease())) {
      return new Outcome.Rejected(ErrorCode.KEY_NOT_FOUND);
    }
    return new Outcome.Done(put(put, before));
  }

  private Result.PutDone put(Operation.Put put, @Nullable LiveEntry before) {
    var previous = put.previous() && before != null ? reads.pair(before) : null;
    var value = put.value();
    if (put.ignoreValue() && before != null) {
      value = previous == null ? reads.value(before) : previous.value();
    }
    long lease = put.ignoreLease() && before != null ? before.lease() : put.lease();
    long revision = draw();
    long created = before == null ? revision : before.createRevision();
    long version = before == null ? 1 : before.version() + 1;
    var entry = new LiveEntry(put.key(), created, revision, events.size(), version, lease);
    var stored = write(put.key(), new Version(false, created, version, lease, value));
    // The value as it lies in the engine's memory: the request's buffer need not be kept for it.
    var pair = entry.pair(stored.slice(stored.length() - value.length()));
    keyspace.recent.add(pair);
    events.add(new Event(Event.Kind.PUT, pair, previous));
    keyspace.leases.move(put.key(), before == null ? 0 : before.lease(), lease);
    keyspace.live.put(entry);
    return new Result.PutDone(revision, previous);
  }

  private Result.Deleted delete(Operation.DeleteRange delete) {
    var entries = keyspace.live.now().entries(delete.span(), Arrangement.ALL);
    var previous = new ArrayList<KeyValue>();
    for (var entry : entries) {
      var pair = delete.previous() ? reads.pair(entry) : null;
      if (pair != null) {
        previous.add(pair);
      }
      delete(entry, pair);
    }
    return new Result.Deleted(keyspace.revision(), entries.size(), previous);
  }

  private void delete(LiveEntry entry, @Nullable KeyValue previous) {
    long revision = draw();
    var _ = write(entry.key(), Version.TOMBSTONE);
    var gone = new KeyValue(entry.key(), 0, revision, 0, 0, Bytes.EMPTY);
    events.add(new Event(Event.Kind.DELETE, gone, previous));
    keyspace.leases.move(entry.key(), entry.lease(), 0);
    keyspace.live.remove(entry.key());
  }

  private Outcome commit(Operation.GuardedCommit commit) {
    var choice = Conditions.choose(commit, keyspace.live.now(), reads::value);
    var wrong = check(choice);
    return wrong == null ? new Outcome.Done(run(choice)) : new Outcome.Rejected(wrong);
  }

  private @Nullable ErrorCode check(Conditions.Choice choice) {
    int inner = 0;
    for (var operation : choice.operations()) {
      var wrong =
          switch (operation) {
            case Operation.Range range ->
                Arrangement.wrong(range.query(), keyspace.revision(), keyspace.compactRevision);
            case Operation.Put put -> check(put);
            case Operation.DeleteRange _ -> null;
            case Operation.GuardedCommit _ -> check(choice.nested().get(inner++));
          };
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable ErrorCode check(Operation.Put put) {
    if ((put.ignoreValue() || put.ignoreLease()) && keyspace.live.find(put.key()) == null) {
      return ErrorCode.KEY_NOT_FOUND;
    }
    return put.lease() != 0 && keyspace.leases.get(put.lease()) == null
        ? ErrorCode.LEASE_NOT_FOUND
        : null;
  }

  private Result.Committed run(Conditions.Choice choice) {
    var results = new ArrayList<Result>(choice.operations().size());
    int inner = 0;
    for (var operation : choice.operations()) {
      results.add(
          switch (operation) {
            case Operation.Range range -> reads.range(range.query());
            case Operation.Put put -> put(put, keyspace.live.find(put.key()));
            case Operation.DeleteRange delete -> delete(delete);
            case Operation.GuardedCommit _ -> run(choice.nested().get(inner++));
          });
    }
    return new Result.Committed(keyspace.revision(), choice.succeeded(), results);
  }

  private Outcome compact(Mutation.Compact compact) {
    if (compact.revision() <= keyspace.compactRevision) {
      return new Outcome.Rejected(ErrorCode.COMPACTED);
    }
    if (compact.revision() > keyspace.revision()) {
      return new Outcome.Rejected(ErrorCode.FUTURE_REVISION);
    }
    keyspace.previousCompactRevision = keyspace.compactRevision;
    keyspace.compactRevision = compact.revision();
    return new Outcome.Done(new Result.Compacted(keyspace.revision()));
  }

  private Outcome grant(Mutation.GrantLease grant) {
    if (grant.id() == 0) {
      return new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND);
    }
    if (grant.ttlSeconds() > MAX_TTL_SECONDS) {
      return new Outcome.Rejected(ErrorCode.LEASE_TTL_TOO_LARGE);
    }
    if (keyspace.leases.get(grant.id()) != null) {
      return new Outcome.Rejected(ErrorCode.LEASE_EXISTS);
    }
    keyspace.leases.grant(new Lease(grant.id(), grant.ttlSeconds()));
    batch.put(format.leaseKey(grant.id()), format.lease(grant.ttlSeconds()));
    return new Outcome.Done(
        new Result.Granted(keyspace.revision(), grant.id(), grant.ttlSeconds()));
  }

  private Outcome revoke(Mutation.RevokeLease revoke) {
    if (keyspace.leases.get(revoke.id()) == null) {
      return new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND);
    }
    for (var key : keyspace.leases.keys(revoke.id())) {
      var entry = keyspace.live.find(key);
      if (entry != null) {
        delete(entry, null);
      }
    }
    keyspace.leases.revoke(revoke.id());
    batch.delete(format.leaseKey(revoke.id()));
    return new Outcome.Done(new Result.Revoked(keyspace.revision()));
  }

  /// The revision of the mutation being applied; its first change draws it.
  private long draw() {
    if (main == 0) {
      main = keyspace.revisions.next();
    }
    return main;
  }

  /// The next change of the mutation being applied; `events` has one for each change before it.
  ///
  /// @return the version as the engine gets it
  private Bytes write(Bytes key, Version version) {
    int sub = events.size();
    var stored = format.version(version);
    batch.put(format.dataKey(key, main, sub), stored);
    batch.put(format.historyKey(main, sub), key);
    reads.wrote(key, main, version);
    return stored;
  }
}
