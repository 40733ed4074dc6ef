package io.concordkv.cli.dump;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.MvccStore.Prepared;
import io.concordkv.mvcc.Outcome;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.storage.engine.lsm.LsmOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The state of a node's shard as its files have it, and as it becomes when changes are applied to
/// it here. The files stay as they are.
final class StoredState implements AutoCloseable {
  /// How often it is tried again when the node removed a file meanwhile.
  private static final int TRIES = 5;

  private final OfflineEnv env;
  private final Engine engine;
  private @Nullable MvccStore store;

  private StoredState(OfflineEnv env, Engine engine) {
    this.env = env;
    this.engine = engine;
  }

  /// What `directory`, the data directory of a node, has in `state`.
  static StoredState open(Path directory) {
    for (int tried = 1; ; tried++) {
      var env = OfflineEnv.over(directory);
      try {
        return new StoredState(env, LsmEngine.open(env, "state", LsmOptions.DEFAULT));
      } catch (CorruptionError | FileException failure) {
        env.close();
        if (tried == TRIES) {
          throw failure;
        }
      } catch (RuntimeException | Error failure) {
        env.close();
        throw failure;
      }
    }
  }

  /// That of a node before its first entry.
  static StoredState empty(Path directory) {
    var env = OfflineEnv.over(directory);
    return new StoredState(env, LsmEngine.open(env, "replayed", LsmOptions.DEFAULT));
  }

  /// The entry up to which the log is applied in it; 0 if nothing is.
  long applied() {
    return engine.mark();
  }

  /// What came of `change` as the next thing applied.
  ///
  /// @return the revision that it made, 0 if it made none
  Applied apply(Mutation change) {
    var keyspace = keyspace();
    var changes = List.of(change);
    var loaded =
        switch (keyspace.prepare(changes)) {
          case Prepared.Ready(var ready) -> ready;
          case Prepared.ToLoad(var load) -> load.get();
        };
    var batch = new WriteBatch();
    var result = keyspace.apply(changes, loaded, batch);
    engine.write(batch);
    env.settle();
    var revisions = result.revisions();
    return new Applied(
        revisions.isEmpty() ? 0 : revisions.getFirst().number(),
        result.outcomes().getFirst() instanceof Outcome.Rejected(var code) ? code : null);
  }

  /// @param revision 0 if none was made
  record Applied(long revision, @Nullable ErrorCode rejected) {}

  long revision() {
    return keyspace().revision();
  }

  /// What happened at the revisions from `from` on that are still known, by revision.
  SortedMap<Long, List<Event>> history(long from) {
    var found = new TreeMap<Long, List<Event>>();
    long next = Math.max(from, firstKnown());
    while (next <= revision()) {
      var piece = keyspace().history(next, 1000, _ -> true, false).get();
      piece.revisions().forEach(each -> found.put(each.number(), each.events()));
      next = piece.through() + 1;
    }
    return found;
  }

  /// Of earlier revisions the history may have lost something.
  long firstKnown() {
    return Math.max(1, keyspace().compactRevision());
  }

  /// All pairs there are, in order.
  void pairs(BiConsumer<Bytes, Bytes> consumer) {
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        consumer.accept(cursor.key(), cursor.value());
      }
    }
  }

  private MvccStore keyspace() {
    if (store == null) {
      store = MvccStore.open(engine, MvccOptions.DEFAULT);
    }
    return store;
  }

  @Override
  public void close() {
    engine.close();
    env.close();
  }
}
