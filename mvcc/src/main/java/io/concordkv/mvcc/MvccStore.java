package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.KeyspaceFormat.HistoryKey;
import io.concordkv.mvcc.lease.Lease;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One keyspace of a shard.
///
/// Values and old versions are in the engine; in memory are the keys that exist now with their
/// numbers, the leases, and what the keyspace is at. Suppliers that are handed out have frozen what
/// they read and run anywhere, once; everything else is called on the loop.
public final class MvccStore {
  /// A range of up to so many keys notes down what it will read; for more the index is frozen,
  /// which makes the writes that follow copy its pages.
  private static final int NOTED = 256;

  private final Engine engine;
  private final MvccOptions options;
  private final KeyspaceFormat format;
  private Keyspace keyspace;

  // Grows when the content is replaced: what was found in the old one says nothing about the new.
  private long era;

  // The engine has other content than the memory, until that is read.
  private boolean reloading;

  // Where the purge that is under way has come to.
  private long purging;
  private @Nullable HistoryKey purgedTo;

  private MvccStore(Engine engine, MvccOptions options) {
    this.engine = engine;
    this.options = options;
    format = new KeyspaceFormat(options.keyspace(), options.shard());
    keyspace = Keyspace.read(engine, format, options);
  }

  /// Takes over what `engine` has. Blocks while it reads all keys.
  public static MvccStore open(Engine engine, MvccOptions options) {
    return new MvccStore(engine, options);
  }

  public long revision() {
    return keyspace.revision();
  }

  /// -1 if never compacted.
  public long compactRevision() {
    return keyspace.compactRevision;
  }

  /// Checks the query and freezes what it is about to read; run the reading once, on any thread.
  /// Throws [io.concordkv.base.ConcordException] (compacted, future revision; a timeout while the
  /// store reloads).
  public Reading range(RangeQuery query) {
    available();
    var wrong = Arrangement.wrong(query, revision(), compactRevision());
    if (wrong != null) {
      throw new ConcordException(wrong);
    }
    if (query.revision() > 0 && query.revision() < revision()) {
      return new OldReading(query, revision(), engine.view(), format);
    }
    var live = keyspace.live.now();
    long count = live.count(query.span());
    long fetches = Math.min(count, Arrangement.fetches(query));
    boolean values = fetches > 0 && Arrangement.needsValues(query);
    if (fetches > NOTED) {
      return new LatestReading(
          query,
          revision(),
          count,
          List.of(),
          keyspace.live.freeze(),
          values ? engine.view() : null,
          format);
    }
    var entries = live.entries(query.span(), fetches);
    var pairs = values ? recent(entries) : keysOnly(entries);
    return pairs == null
        ? new LatestReading(query, revision(), count, entries, null, engine.view(), format)
        : new ResidentReading(query, pairs, count, revision());
  }

  /// Keeps what a reading had to fetch, so that the next one need not. Its values may be parts of
  /// larger blocks, which must not be kept for their sake.
  public void remember(RangeQuery query, Result.Ranged read) {
    if (!query.keysOnly() && read.pairs().size() <= NOTED) {
      var compact = new ArrayList<KeyValue>(read.pairs().size());
      for (var pair : read.pairs()) {
        compact.add(pair.detached());
      }
      keyspace.recent.addAll(compact);
    }
  }

  /// The pairs of `entries` if all of them are in memory, else null.
  private @Nullable List<KeyValue> recent(List<LiveEntry> entries) {
    var pairs = new ArrayList<KeyValue>(entries.size());
    for (var entry : entries) {
      var pair = keyspace.recent.find(entry);
      if (pair == null) {
        return null;
      }
      pairs.add(pair);
    }
    return pairs;
  }

  private static List<KeyValue> keysOnly(List<LiveEntry> entries) {
    var pairs = new ArrayList<KeyValue>(entries.size());
    for (var entry : entries) {
      pairs.add(entry.keyOnly());
    }
    return pairs;
  }

  /// As [#range] for a guarded commit that writes nothing (ranges and compares only). Which branch
  /// it takes may depend on values, so it is the supplier that throws
  /// [io.concordkv.base.ConcordException].
  public Supplier<Result.Committed> read(Operation.GuardedCommit readOnly) {
    available();
    return new ReadOnlyCommit(
        readOnly, keyspace.live.freeze(), engine.view(), format, revision(), compactRevision());
  }

  /// What applying `mutations` has to know of the values there are.
  public Prepared prepare(List<Mutation> mutations) {
    Check.that(!reloading, "nothing is applied while a store reloads");
    if (!Preparation.reads(mutations)) {
      return new Prepared.Ready(Loaded.NOTHING);
    }
    var preparation = new Preparation(keyspace);
    mutations.forEach(preparation::add);
    if (preparation.needsNothing()) {
      return new Prepared.Ready(Loaded.NOTHING);
    }
    var resident = preparation.resident(keyspace.recent);
    if (resident != null) {
      return new Prepared.Ready(resident);
    }
    var view = engine.view();
    return new Prepared.ToLoad(() -> {
      try (view) {
        return preparation.load(view, format);
      }
    });
  }

  /// Evaluates `mutations` one after the other and puts all they change into `batch`, which the
  /// caller writes to the engine before anything else is done with this store.
  public Applied apply(List<Mutation> mutations, Loaded loaded, WriteBatch batch) {
    Check.that(!reloading, "nothing is applied while a store reloads");
    var before = keyspace.meta();
    var reads = new BatchReads(keyspace, loaded, Preparation.reads(mutations));
    var evaluation = new Evaluation(keyspace, format, reads, batch);
    var outcomes = new ArrayList<Outcome>(mutations.size());
    for (var mutation : mutations) {
      outcomes.add(evaluation.apply(mutation));
    }
    if (!keyspace.meta().equals(before)) {
      batch.put(format.metaKey(), format.meta(keyspace.meta()));
    }
    return new Applied(outcomes, evaluation.revisions());
  }

  /// All leases, in order of id.
  public List<Lease> leases() {
    return keyspace.leases.all();
  }

  public @Nullable Lease lease(long id) {
    return keyspace.leases.get(id);
  }

  /// The keys that hang on a lease, in order; none if there is no such lease.
  public List<Bytes> leaseKeys(long id) {
    return keyspace.leases.keys(id);
  }

  /// The next step of deleting what the last compaction made unreadable; null once nothing is left.
  public @Nullable PurgeStep purgeStep() {
    long target = keyspace.compactRevision;
    if (reloading || keyspace.purgedRevision >= target) {
      return null;
    }
    var after = purging == target ? purgedTo : null;
    return after == null
        ? new PurgeStep(target, 0, 0, options.purgeBatch())
        : new PurgeStep(target, after.main(), after.sub(), options.purgeBatch());
  }

  /// The supplier finds, on a worker, what goes with `step`: it follows from the step and from what
  /// is stored now. Null if the step is of another compaction, or all of that is deleted.
  public @Nullable Supplier<Purge> purge(PurgeStep step) {
    Check.that(!reloading, "nothing is purged while a store reloads");
    if (step.target() != keyspace.compactRevision || keyspace.purgedRevision >= step.target()) {
      return null;
    }
    var view = engine.view();
    return () -> {
      try (view) {
        return Purge.find(view, format, step);
      }
    };
  }

  /// Adds what a [#purge(PurgeStep)] found to `batch`. In between nothing was written.
  public void purged(Purge found, WriteBatch batch) {
    found.deletions.forEach(batch::delete);
    purging = found.target;
    purgedTo = found.last;
    if (found.complete) {
      keyspace.purgedRevision = found.target;
      batch.put(format.metaKey(), format.meta(keyspace.meta()));
    }
  }

  /// What happened from revision `from` on, in up to `limit` revisions, to the keys that are
  /// `wanted`. `from` must not lie below the compact revision. With `previous`, events have what
  /// the key was before, unless that is compacted. Run it on a worker; `wanted` is asked there.
  public Supplier<History> history(
      long from, int limit, Predicate<Bytes> wanted, boolean previous) {
    var request = new History.Request(from, limit, wanted, previous);
    var view = engine.view();
    long revision = revision();
    long compactRevision = compactRevision();
    return () -> {
      try (view) {
        return History.read(view, format, request, revision, compactRevision);
      }
    };
  }

  /// The hash of everything readable up to `revision` (0: now): run it on a worker. Throws
  /// [io.concordkv.base.ConcordException] (compacted, future revision).
  public Supplier<KeyspaceHash> hash(long revision) {
    available();
    var wrong =
        Arrangement.wrong(
            RangeQuery.of(Span.of(Bytes.EMPTY)).at(revision), revision(), compactRevision());
    if (wrong != null) {
      throw new ConcordException(wrong);
    }
    long upTo = revision == 0 ? revision() : revision;
    long compact = compactRevision();
    // Etcd keeps the hash that it took when compacting, so there it names the compaction before.
    long named = revision == compact ? keyspace.previousCompactRevision : compact;
    var view = engine.view();
    return () -> {
      try (view) {
        int hash = new KeyspaceHasher(format, compact, upTo).hash(view);
        return new KeyspaceHash(hash, upTo, named);
      }
    };
  }

  /// Reads everything anew. Called right after the engine's content was replaced: until the
  /// supplier's result was run on the loop there is nothing to read or apply. The supplier blocks
  /// while it reads, so it is for a worker.
  public Supplier<Runnable> reload() {
    reloading = true;
    era++;
    purgedTo = null;
    var view = engine.view();
    return () -> {
      try (view) {
        var read = Keyspace.read(view, format, options);
        return () -> {
          keyspace = read;
          reloading = false;
        };
      }
    };
  }

  /// Whether the engine's content was replaced and is still being read.
  public boolean reloading() {
    return reloading;
  }

  /// Grows whenever the engine's content is replaced.
  public long era() {
    return era;
  }

  private void available() {
    if (reloading) {
      throw new ConcordException(ErrorCode.TIMEOUT, "the keyspace is being replaced by a snapshot");
    }
  }

  /// What [#apply] needs beside the mutations.
  public sealed interface Prepared {
    /// It is here; valid until the next [#apply].
    record Ready(Loaded loaded) implements Prepared {}

    /// It has to be read, by a worker.
    record ToLoad(Supplier<Loaded> load) implements Prepared {}
  }

  /// What [#apply] came to: an outcome for each mutation, and the revisions that were made.
  public record Applied(List<Outcome> outcomes, List<Revision> revisions) {}

  /// @param compactRevision -1 if never compacted
  public record KeyspaceHash(int hash, long revision, long compactRevision) {}
}
