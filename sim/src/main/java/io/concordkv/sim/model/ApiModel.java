package io.concordkv.sim.model;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Revision;
import io.concordkv.mvcc.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Etcd's rules as a program: applies one command after the other and says what each is answered.
/// Slow and obvious. It can be asked about any moment of the past, compacted or not.
public final class ApiModel {
  private static final Span EVERYTHING = Span.prefix(Bytes.EMPTY);
  private static final KeyValue MISSING = new KeyValue(Bytes.EMPTY, 0, 0, 0, 0, Bytes.EMPTY);

  private final Versions versions = new Versions();
  private final List<Revision> revisions = new ArrayList<>();
  private SortedMap<Long, Long> leases = Collections.unmodifiableSortedMap(new TreeMap<>());
  private long revision = 1;
  private long compacted = -1;

  // What the command that is being applied has changed so far.
  private List<Event> events = new ArrayList<>();

  public long revision() {
    return revision;
  }

  /// -1 if never compacted.
  public long compactRevision() {
    return compacted;
  }

  /// The TTL of each lease, in seconds. Never changes: the next one is another map.
  public SortedMap<Long, Long> leases() {
    return leases;
  }

  /// All that happened at `revision`, in order, with what each key was before.
  public List<Event> events(long revision) {
    return revision < 2 ? List.of() : revisions.get((int) revision - 2).events();
  }

  /// `key` as it was at `revision`; null if it did not exist.
  public @Nullable KeyValue at(Bytes key, long revision) {
    return versions.at(key, revision);
  }

  public List<KeyValue> all(long revision) {
    return versions.all(EVERYTHING, revision);
  }

  /// The keys that hung on a lease at `revision`, in order.
  public List<Bytes> leaseKeys(long lease, long revision) {
    return all(revision).stream().filter(pair -> pair.lease() == lease).map(KeyValue::key).toList();
  }

  /// What `query` is answered while the keyspace is at revision `now`, if its own revision is
  /// neither compacted nor in the future.
  public Result.Ranged range(RangeQuery query, long now) {
    long at = query.revision() <= 0 ? now : query.revision();
    return Ranges.answer(query, versions.all(query.span(), at), now);
  }

  /// What a guarded commit of ranges is answered while the keyspace is at revision `now`.
  public Result.Committed read(Operation.GuardedCommit commit, long now) {
    boolean holds = holds(commit, now);
    var results = new ArrayList<Result>();
    for (var operation : holds ? commit.success() : commit.failure()) {
      if (operation instanceof Operation.Range(var query)) {
        results.add(range(query, now));
      }
    }
    return new Result.Committed(now, holds, results);
  }

  /// Whether all conditions of `commit`, without those inside it, hold at revision `now`.
  public boolean holds(Operation.GuardedCommit commit, long now) {
    return commit.compares().stream().allMatch(compare -> holds(compare, now));
  }

  public Outcome apply(Mutation mutation) {
    events = new ArrayList<>();
    long before = revision;
    var outcome =
        switch (mutation) {
          case Operation.Put put -> {
            // Alone a put looks for its lease first, in a commit for its key.
            var wrong = noLease(put) ? ErrorCode.LEASE_NOT_FOUND : wrong(put);
            yield wrong == null ? new Outcome.Done(put(put)) : new Outcome.Rejected(wrong);
          }
          case Operation.DeleteRange delete -> new Outcome.Done(delete(delete));
          case Operation.GuardedCommit commit -> {
            var branches = new ArrayList<Boolean>();
            choose(commit, branches);
            var wrong = wrong(commit, new ArrayDeque<>(branches));
            yield wrong == null
                ? new Outcome.Done(run(commit, new ArrayDeque<>(branches)))
                : new Outcome.Rejected(wrong);
          }
          case Mutation.Compact(var to) -> compact(to);
          case Mutation.GrantLease(var id, var ttl) -> grant(id, ttl);
          case Mutation.RevokeLease(var id) -> revoke(id);
        };
    if (revision != before) {
      revisions.add(new Revision(revision, events));
    }
    return outcome;
  }

  private Outcome compact(long to) {
    if (to <= compacted) {
      return new Outcome.Rejected(ErrorCode.COMPACTED);
    }
    if (to > revision) {
      return new Outcome.Rejected(ErrorCode.FUTURE_REVISION);
    }
    compacted = to;
    return new Outcome.Done(new Result.Compacted(revision));
  }

  private Outcome grant(long id, long ttl) {
    if (leases.containsKey(id)) {
      return new Outcome.Rejected(ErrorCode.LEASE_EXISTS);
    }
    var more = new TreeMap<>(leases);
    more.put(id, ttl);
    leases = Collections.unmodifiableSortedMap(more);
    return new Outcome.Done(new Result.Granted(revision, id, ttl));
  }

  private Outcome revoke(long id) {
    if (!leases.containsKey(id)) {
      return new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND);
    }
    leaseKeys(id, revision).forEach(this::delete);
    var fewer = new TreeMap<>(leases);
    fewer.remove(id);
    leases = Collections.unmodifiableSortedMap(fewer);
    return new Outcome.Done(new Result.Revoked(revision));
  }

  /// Notes whether the conditions hold of every commit that will be met, in that order. All look at
  /// what is there before the first change.
  private void choose(Operation.GuardedCommit commit, List<Boolean> branches) {
    boolean holds = holds(commit, revision);
    branches.add(holds);
    for (var operation : holds ? commit.success() : commit.failure()) {
      if (operation instanceof Operation.GuardedCommit inner) {
        choose(inner, branches);
      }
    }
  }

  /// What is wrong with any operation that would be done: then none is.
  private @Nullable ErrorCode wrong(Operation.GuardedCommit commit, ArrayDeque<Boolean> branches) {
    for (var operation : branches.remove() ? commit.success() : commit.failure()) {
      var wrong =
          switch (operation) {
            case Operation.Range(var query) -> wrong(query);
            case Operation.Put put -> wrong(put);
            case Operation.DeleteRange _ -> null;
            case Operation.GuardedCommit inner -> wrong(inner, branches);
          };
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable ErrorCode wrong(RangeQuery query) {
    if (query.revision() > revision) {
      return ErrorCode.FUTURE_REVISION;
    }
    return query.revision() > 0 && query.revision() < compacted ? ErrorCode.COMPACTED : null;
  }

  private @Nullable ErrorCode wrong(Operation.Put put) {
    if ((put.ignoreValue() || put.ignoreLease()) && at(put.key(), revision) == null) {
      return ErrorCode.KEY_NOT_FOUND;
    }
    return noLease(put) ? ErrorCode.LEASE_NOT_FOUND : null;
  }

  private boolean noLease(Operation.Put put) {
    return put.lease() != 0 && !leases.containsKey(put.lease());
  }

  private Result.Committed run(Operation.GuardedCommit commit, ArrayDeque<Boolean> branches) {
    boolean holds = branches.remove();
    var results = new ArrayList<Result>();
    for (var operation : holds ? commit.success() : commit.failure()) {
      results.add(
          switch (operation) {
            case Operation.Range(var query) -> range(query, revision);
            case Operation.Put put -> put(put);
            case Operation.DeleteRange delete -> delete(delete);
            case Operation.GuardedCommit inner -> run(inner, branches);
          });
    }
    return new Result.Committed(revision, holds, results);
  }

  private Result.PutDone put(Operation.Put put) {
    var before = at(put.key(), revision);
    long now = draw();
    var pair =
        new KeyValue(
            put.key(),
            before == null ? now : before.createRevision(),
            now,
            before == null ? 1 : before.version() + 1,
            put.ignoreLease() && before != null ? before.lease() : put.lease(),
            put.ignoreValue() && before != null ? before.value() : put.value());
    versions.add(put.key(), now, pair);
    events.add(new Event(Event.Kind.PUT, pair, before));
    return new Result.PutDone(now, put.previous() ? before : null);
  }

  private Result.Deleted delete(Operation.DeleteRange delete) {
    var before = versions.all(delete.span(), revision);
    before.forEach(pair -> delete(pair.key()));
    return new Result.Deleted(revision, before.size(), delete.previous() ? before : List.of());
  }

  private void delete(Bytes key) {
    var before = at(key, revision);
    long now = draw();
    versions.add(key, now, null);
    var gone = new KeyValue(key, 0, now, 0, 0, Bytes.EMPTY);
    events.add(new Event(Event.Kind.DELETE, gone, before));
  }

  /// The one revision of the command that is being applied: its first change makes it.
  private long draw() {
    return events.isEmpty() ? ++revision : revision;
  }

  private boolean holds(Compare compare, long now) {
    var pairs = versions.all(compare.span(), now);
    if (pairs.isEmpty()) {
      // A missing key has zeros everywhere, but no value.
      return compare.target() != Compare.Target.VALUE && holds(compare, MISSING);
    }
    return pairs.stream().allMatch(pair -> holds(compare, pair));
  }

  private static boolean holds(Compare compare, KeyValue pair) {
    int order =
        switch (compare.target()) {
          case VERSION -> Long.compare(pair.version(), compare.number());
          case CREATE -> Long.compare(pair.createRevision(), compare.number());
          case MOD -> Long.compare(pair.modRevision(), compare.number());
          case LEASE -> Long.compare(pair.lease(), compare.number());
          case VALUE -> pair.value().compareTo(compare.value());
        };
    return switch (compare.result()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case ANY -> true;
    };
  }
}
