package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Etcd's rules, slow and obvious: every version of every key is kept for good, and everything is
/// looked up by walking over them.
public final class EtcdModel {
  public long revision = 1;
  public long compacted = -1;
  public final TreeMap<Long, Long> leases = new TreeMap<>();
  public final List<Revision> log = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();

  private long drawn;
  private List<Event> events = new ArrayList<>();

  /// One version; `pair` is null for a deletion.
  private record Change(long main, Bytes key, @Nullable KeyValue pair) {}

  @Nullable KeyValue get(Bytes key, long at) {
    for (int i = changes.size() - 1; i >= 0; i--) {
      if (changes.get(i).key.equals(key) && changes.get(i).main <= at) {
        return changes.get(i).pair;
      }
    }
    return null;
  }

  List<KeyValue> all(Span span, long at) {
    var newest = new TreeMap<Bytes, KeyValue>();
    for (var change : changes) {
      if (change.main <= at && span.contains(change.key)) {
        if (change.pair == null) {
          newest.remove(change.key);
        } else {
          newest.put(change.key, change.pair);
        }
      }
    }
    return new ArrayList<>(newest.values());
  }

  List<Bytes> leaseKeys(long id) {
    return all(Span.prefix(Bytes.EMPTY), revision).stream()
        .filter(pair -> pair.lease() == id)
        .map(KeyValue::key)
        .toList();
  }

  @Nullable ErrorCode wrong(RangeQuery query) {
    if (query.revision() > revision) {
      return ErrorCode.FUTURE_REVISION;
    }
    return query.revision() > 0 && query.revision() < compacted ? ErrorCode.COMPACTED : null;
  }

  Result.Ranged range(RangeQuery query) {
    var pairs = all(query.span(), query.revision() <= 0 ? revision : query.revision());
    long count = pairs.size();
    if (query.countOnly()) {
      return new Result.Ranged(revision, List.of(), false, count);
    }
    boolean filtered =
        query.minModRevision() != 0
            || query.maxModRevision() != 0
            || query.minCreateRevision() != 0
            || query.maxCreateRevision() != 0;
    if (query.limit() > 0
        && query.order() == RangeQuery.SortOrder.NONE
        && !filtered
        && pairs.size() > query.limit()) {
      pairs = pairs.subList(0, (int) query.limit() + 1);
    }
    pairs.removeIf(pair ->
        outside(pair.modRevision(), query.minModRevision(), query.maxModRevision())
            || outside(
                pair.createRevision(), query.minCreateRevision(), query.maxCreateRevision()));
    Comparator<KeyValue> order =
        switch (query.target()) {
          case KEY -> Comparator.comparing(KeyValue::key);
          case VERSION -> Comparator.comparingLong(KeyValue::version);
          case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
          case MOD -> Comparator.comparingLong(KeyValue::modRevision);
          case VALUE -> Comparator.comparing(KeyValue::value);
        };
    pairs.sort(query.order() == RangeQuery.SortOrder.DESCEND ? order.reversed() : order);
    boolean more = query.limit() > 0 && pairs.size() > query.limit();
    if (more) {
      pairs = pairs.subList(0, (int) query.limit());
    }
    if (query.keysOnly()) {
      boolean lease = query.target() == RangeQuery.SortTarget.VALUE;
      pairs =
          pairs.stream()
              .map(pair ->
                  new KeyValue(
                      pair.key(),
                      pair.createRevision(),
                      pair.modRevision(),
                      pair.version(),
                      lease ? pair.lease() : 0,
                      Bytes.EMPTY))
              .toList();
    }
    return new Result.Ranged(revision, pairs, more, count);
  }

  public Outcome apply(Mutation mutation) {
    drawn = 0;
    events = new ArrayList<>();
    var outcome =
        switch (mutation) {
          case Operation.Put put -> {
            var wrong = missingLease(put) ? ErrorCode.LEASE_NOT_FOUND : wrong(put);
            yield wrong == null ? new Outcome.Done(put(put)) : new Outcome.Rejected(wrong);
          }
          case Operation.DeleteRange delete -> new Outcome.Done(delete(delete));
          case Operation.GuardedCommit commit -> {
            var path = new ArrayList<Boolean>();
            choose(commit, path);
            var wrong = wrong(commit, new ArrayList<>(path));
            yield wrong == null ? new Outcome.Done(run(commit, path)) : new Outcome.Rejected(wrong);
          }
          case Mutation.Compact compact -> {
            if (compact.revision() <= compacted) {
              yield new Outcome.Rejected(ErrorCode.COMPACTED);
            }
            if (compact.revision() > revision) {
              yield new Outcome.Rejected(ErrorCode.FUTURE_REVISION);
            }
            compacted = compact.revision();
            yield new Outcome.Done(new Result.Compacted(revision));
          }
          case Mutation.GrantLease grant -> {
            if (leases.containsKey(grant.id())) {
              yield new Outcome.Rejected(ErrorCode.LEASE_EXISTS);
            }
            leases.put(grant.id(), grant.ttlSeconds());
            yield new Outcome.Done(new Result.Granted(revision, grant.id(), grant.ttlSeconds()));
          }
          case Mutation.RevokeLease revoke -> {
            if (!leases.containsKey(revoke.id())) {
              yield new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND);
            }
            leaseKeys(revoke.id()).forEach(this::delete);
            leases.remove(revoke.id());
            yield new Outcome.Done(new Result.Revoked(revision));
          }
        };
    if (drawn != 0) {
      log.add(new Revision(drawn, events));
    }
    return outcome;
  }

  private boolean missingLease(Operation.Put put) {
    return put.lease() != 0 && !leases.containsKey(put.lease());
  }

  private @Nullable ErrorCode wrong(Operation.Put put) {
    if ((put.ignoreValue() || put.ignoreLease()) && get(put.key(), revision) == null) {
      return ErrorCode.KEY_NOT_FOUND;
    }
    return missingLease(put) ? ErrorCode.LEASE_NOT_FOUND : null;
  }

  /// The branches taken, in the order in which the commits are met.
  private void choose(Operation.GuardedCommit commit, List<Boolean> path) {
    boolean holds = commit.compares().stream().allMatch(this::holds);
    path.add(holds);
    for (var operation : holds ? commit.success() : commit.failure()) {
      if (operation instanceof Operation.GuardedCommit inner) {
        choose(inner, path);
      }
    }
  }

  private boolean holds(Compare compare) {
    var pairs = all(compare.span(), revision);
    if (pairs.isEmpty()) {
      if (compare.target() == Compare.Target.VALUE) {
        return false;
      }
      pairs.add(new KeyValue(Bytes.EMPTY, 0, 0, 0, 0, Bytes.EMPTY));
    }
    return pairs.stream()
        .allMatch(pair -> {
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
        });
  }

  private @Nullable ErrorCode wrong(Operation.GuardedCommit commit, List<Boolean> path) {
    for (var operation : path.removeFirst() ? commit.success() : commit.failure()) {
      var wrong =
          switch (operation) {
            case Operation.Range range -> wrong(range.query());
            case Operation.Put put -> wrong(put);
            case Operation.DeleteRange _ -> null;
            case Operation.GuardedCommit inner -> wrong(inner, path);
          };
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private Result.Committed run(Operation.GuardedCommit commit, List<Boolean> path) {
    boolean succeeded = path.removeFirst();
    var results = new ArrayList<Result>();
    for (var operation : succeeded ? commit.success() : commit.failure()) {
      results.add(
          switch (operation) {
            case Operation.Range range -> range(range.query());
            case Operation.Put put -> put(put);
            case Operation.DeleteRange delete -> delete(delete);
            case Operation.GuardedCommit inner -> run(inner, path);
          });
    }
    return new Result.Committed(revision, succeeded, results);
  }

  private Result.PutDone put(Operation.Put put) {
    var before = get(put.key(), revision);
    draw();
    var pair =
        new KeyValue(
            put.key(),
            before == null ? drawn : before.createRevision(),
            drawn,
            before == null ? 1 : before.version() + 1,
            put.ignoreLease() && before != null ? before.lease() : put.lease(),
            put.ignoreValue() && before != null ? before.value() : put.value());
    changes.add(new Change(drawn, put.key(), pair));
    events.add(new Event(Event.Kind.PUT, pair, before));
    return new Result.PutDone(revision, put.previous() ? before : null);
  }

  private Result.Deleted delete(Operation.DeleteRange delete) {
    var pairs = all(delete.span(), revision);
    pairs.forEach(pair -> delete(pair.key()));
    return new Result.Deleted(revision, pairs.size(), delete.previous() ? pairs : List.of());
  }

  private void delete(Bytes key) {
    var before = get(key, revision);
    draw();
    changes.add(new Change(drawn, key, null));
    var gone = new KeyValue(key, 0, drawn, 0, 0, Bytes.EMPTY);
    events.add(new Event(Event.Kind.DELETE, gone, before));
  }

  private void draw() {
    if (drawn == 0) {
      revision++;
      drawn = revision;
    }
  }

  private static boolean outside(long number, long min, long max) {
    return (min != 0 && number < min) || (max != 0 && number > max);
  }
}
