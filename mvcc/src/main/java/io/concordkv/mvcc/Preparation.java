package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds out, from the live index alone, what a batch may have to read from the engine.
///
/// It may ask for too much, never for too little: what an earlier mutation of the batch does is not
/// known here, only which keys it may touch. Where a guarded commit compares numbers of keys that
/// nothing before it touches, its branch is known and only that one counts.
///
/// Filled on the loop; then a worker calls [#load].
final class Preparation {
  private final long revision;
  private final long compactRevision;
  private final LiveView live;
  private final LinkedHashMap<Bytes, LiveEntry> values = new LinkedHashMap<>();
  private final LinkedHashSet<RangeQuery> scans = new LinkedHashSet<>();
  private final TreeMap<Bytes, LiveEntry> base = new TreeMap<>();

  // What the mutations so far may have changed.
  private final TreeSet<Bytes> written = new TreeSet<>();
  private final List<Span> cleared = new ArrayList<>();
  private boolean clearedAnything;

  Preparation(Keyspace keyspace) {
    revision = keyspace.revision();
    compactRevision = keyspace.compactRevision;
    live = keyspace.live.now();
  }

  /// Whether any of `mutations` looks at a value, so that it matters what the others write.
  static boolean reads(List<? extends Mutation> mutations) {
    for (var mutation : mutations) {
      boolean reads =
          switch (mutation) {
            case Operation.Put put -> put.previous() || put.ignoreValue();
            case Operation.DeleteRange delete -> delete.previous();
            case Operation.GuardedCommit commit -> readsInside(commit);
            case Mutation.Compact _ -> false;
            case Mutation.GrantLease _ -> false;
            case Mutation.RevokeLease _ -> false;
          };
      if (reads) {
        return true;
      }
    }
    return false;
  }

  private static boolean readsInside(Operation.GuardedCommit commit) {
    for (var compare : commit.compares()) {
      if (compare.target() == Compare.Target.VALUE) {
        return true;
      }
    }
    return readsInside(commit.success()) || readsInside(commit.failure());
  }

  private static boolean readsInside(List<Operation> operations) {
    for (var operation : operations) {
      boolean reads =
          switch (operation) {
            case Operation.Range _ -> true;
            case Operation.Put put -> put.previous() || put.ignoreValue();
            case Operation.DeleteRange delete -> delete.previous();
            case Operation.GuardedCommit commit -> readsInside(commit);
          };
      if (reads) {
        return true;
      }
    }
    return false;
  }

  boolean needsNothing() {
    return values.isEmpty() && scans.isEmpty() && base.isEmpty();
  }

  void add(Mutation mutation) {
    switch (mutation) {
      case Operation.Put put -> add(put);
      case Operation.DeleteRange delete -> add(delete);
      case Operation.GuardedCommit commit -> {
        decide(commit);
        run(commit);
      }
      case Mutation.RevokeLease _ -> clearedAnything = true;
      case Mutation.Compact _ -> {}
      case Mutation.GrantLease _ -> {}
    }
  }

  /// All that is needed, if it is in memory; else null.
  @Nullable Loaded resident(RecentPairs recent) {
    if (!scans.isEmpty() || !base.isEmpty()) {
      return null;
    }
    var found = new HashMap<Bytes, Bytes>(values.size() * 2);
    for (var entry : values.values()) {
      var pair = recent.find(entry);
      if (pair == null) {
        return null;
      }
      found.put(entry.key(), pair.value());
    }
    return new Loaded(revision, found, new HashMap<>(), new TreeMap<>());
  }

  Loaded load(View view, KeyspaceFormat format) {
    var versions = new Versions(view, format);
    var loaded = new HashMap<Bytes, Bytes>(values.size() * 2);
    for (var entry : values.values()) {
      loaded.put(entry.key(), versions.value(entry));
    }
    var scanned = new HashMap<RangeQuery, Versions.Scan>();
    for (var query : scans) {
      scanned.put(query, versions.scan(query));
    }
    SortedMap<Bytes, KeyValue> pairs = new TreeMap<>();
    for (var entry : base.values()) {
      pairs.put(entry.key(), entry.pair(versions.value(entry)));
    }
    return new Loaded(revision, loaded, scanned, pairs);
  }

  private void add(Operation.Put put) {
    if (put.previous() || put.ignoreValue()) {
      need(live.find(put.key()));
    }
    written.add(put.key());
  }

  private void add(Operation.DeleteRange delete) {
    if (delete.previous()) {
      live.entries(delete.span(), Arrangement.ALL).forEach(this::need);
    }
    cleared.add(delete.span());
  }

  private void add(RangeQuery query) {
    if (query.revision() > revision) {
      for (var entry : live.entries(query.span(), Arrangement.ALL)) {
        need(entry);
        base.put(entry.key(), entry);
      }
    } else if (query.revision() > 0 && query.revision() >= compactRevision) {
      scans.add(query);
    }
    // A range at what is the newest revision now reads the newest versions, if it still is then.
    if ((query.revision() <= 0 || query.revision() == revision) && Arrangement.needsValues(query)) {
      boolean known = cleared.isEmpty() && !clearedAnything;
      long limit = known ? Arrangement.fetches(query) : Arrangement.ALL;
      live.entries(query.span(), limit).forEach(this::need);
    }
  }

  /// What the conditions read, all of them, before any operation is done.
  private void decide(Operation.GuardedCommit commit) {
    for (var compare : commit.compares()) {
      if (compare.target() == Compare.Target.VALUE) {
        live.entries(compare.span(), Arrangement.ALL).forEach(this::need);
      }
    }
    for (var operation : commit.success()) {
      if (operation instanceof Operation.GuardedCommit inner) {
        decide(inner);
      }
    }
    for (var operation : commit.failure()) {
      if (operation instanceof Operation.GuardedCommit inner) {
        decide(inner);
      }
    }
  }

  private void run(Operation.GuardedCommit commit) {
    var succeeds = known(commit);
    if (succeeds == null || succeeds) {
      commit.success().forEach(this::run);
    }
    if (succeeds == null || !succeeds) {
      commit.failure().forEach(this::run);
    }
  }

  private void run(Operation operation) {
    switch (operation) {
      case Operation.Range range -> add(range.query());
      case Operation.Put put -> add(put);
      case Operation.DeleteRange delete -> add(delete);
      case Operation.GuardedCommit commit -> run(commit);
    }
  }

  /// Whether the conditions hold, where that can be told already.
  private @Nullable Boolean known(Operation.GuardedCommit commit) {
    for (var compare : commit.compares()) {
      var key = compare.span().key();
      if (compare.target() == Compare.Target.VALUE
          || !compare.span().single()
          || clearedAnything
          || written.contains(key)) {
        return null;
      }
      for (var span : cleared) {
        if (span.contains(key)) {
          return null;
        }
      }
    }
    for (var compare : commit.compares()) {
      if (!Conditions.holds(compare, live, _ -> Bytes.EMPTY)) {
        return false;
      }
    }
    return true;
  }

  private void need(@Nullable LiveEntry entry) {
    if (entry != null) {
      values.put(entry.key(), entry);
    }
  }
}
