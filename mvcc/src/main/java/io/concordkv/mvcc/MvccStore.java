package io.concordkv.mvcc;

import io.concordkv.mvcc.lease.Lease;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One keyspace of a shard.
public final class MvccStore {
  private MvccStore() {}

  /// Takes over what `engine` has. Blocks while it reads.
  public static MvccStore open(Engine engine, MvccOptions options) {
    throw new UnsupportedOperationException();
  }

  public long revision() {
    throw new UnsupportedOperationException();
  }

  /// -1 if never compacted.
  public long compactRevision() {
    throw new UnsupportedOperationException();
  }

  /// Checks the query and freezes what it is about to read; run the reading once, on any thread.
  /// Throws [io.concordkv.base.ConcordException] (compacted, future revision).
  public Reading range(RangeQuery query) {
    throw new UnsupportedOperationException();
  }

  /// As [#range] for a guarded commit that writes nothing (ranges and compares only).
  public Supplier<Result.Committed> read(Operation.GuardedCommit readOnly) {
    throw new UnsupportedOperationException();
  }

  /// What applying `mutations` will have to read; null if nothing. The supplier runs on a worker,
  /// what it returns goes into [#apply].
  public @Nullable Supplier<Loaded> prepare(List<Mutation> mutations) {
    throw new UnsupportedOperationException();
  }

  /// Evaluates `mutations` one after the other and puts all they change into `batch`, which the
  /// caller writes to the engine before anything else is done with this store.
  public Applied apply(List<Mutation> mutations, Loaded loaded, WriteBatch batch) {
    throw new UnsupportedOperationException();
  }

  /// All leases, in order of id.
  public List<Lease> leases() {
    throw new UnsupportedOperationException();
  }

  /// The keys that hang on a lease, in order.
  public List<io.concordkv.base.Bytes> leaseKeys(long id) {
    throw new UnsupportedOperationException();
  }

  public @Nullable Lease lease(long id) {
    throw new UnsupportedOperationException();
  }

  /// A bounded step of deleting what the last compaction made unreadable. The supplier runs on a
  /// worker and finds what can go; null once nothing is left.
  public @Nullable Supplier<Purge> purge() {
    throw new UnsupportedOperationException();
  }

  /// Adds what a step of [#purge()] found to `batch`.
  public void purged(Purge found, WriteBatch batch) {
    throw new UnsupportedOperationException();
  }

  /// The hash of everything readable up to `revision` (0: now): run it on a worker.
  public Supplier<KeyspaceHash> hash(long revision) {
    throw new UnsupportedOperationException();
  }

  /// Reads everything anew, after the engine's content was replaced. Blocks while it reads, so it
  /// returns a supplier for a worker; its result is run on the loop.
  public Supplier<Runnable> reload() {
    throw new UnsupportedOperationException();
  }

  /// What [#apply] came to: an outcome for each mutation, and the revisions that were made.
  public record Applied(List<Outcome> outcomes, List<Revision> revisions) {}

  /// @param compactRevision -1 if never compacted
  public record KeyspaceHash(int hash, long revision, long compactRevision) {}
}
