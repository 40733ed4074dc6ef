package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.InvariantError;
import io.concordkv.mvcc.KeyspaceFormat.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What the mutations of a batch see: the live index as it now is, values that were loaded before
/// the batch, and values that the batch itself wrote.
final class BatchReads {
  private final Keyspace keyspace;
  private final Loaded loaded;
  private final long base;
  private final Overlay overlay = new Overlay();
  private final boolean remembers;

  /// @param remembers whether any mutation of the batch reads at all
  BatchReads(Keyspace keyspace, Loaded loaded, boolean remembers) {
    this.keyspace = keyspace;
    this.loaded = loaded;
    this.remembers = remembers;
    base = keyspace.revision();
    Check.that(
        loaded == Loaded.NOTHING || loaded.revision() == base,
        "nothing is applied between loading and applying");
  }

  void wrote(Bytes key, long main, Version version) {
    if (remembers) {
      overlay.add(key, main, version);
    }
  }

  Bytes value(LiveEntry entry) {
    if (entry.main() <= base) {
      return loaded.value(entry.key());
    }
    var written = overlay.newest(entry.key());
    if (written == null || written.main() != entry.main()) {
      throw new InvariantError("what a batch wrote it can read");
    }
    return written.version().value();
  }

  KeyValue pair(LiveEntry entry) {
    return entry.pair(value(entry));
  }

  Result.Ranged range(RangeQuery query) {
    long now = keyspace.revision();
    return query.revision() <= 0 || query.revision() == now
        ? latest(query, now)
        : query.revision() <= base ? old(query, now) : between(query, now);
  }

  private Result.Ranged latest(RangeQuery query, long now) {
    var live = keyspace.live.now();
    var entries = live.entries(query.span(), Arrangement.fetches(query));
    var pairs = new ArrayList<KeyValue>(entries.size());
    boolean values = Arrangement.needsValues(query);
    for (var entry : entries) {
      pairs.add(values ? pair(entry) : entry.keyOnly());
    }
    return Arrangement.arrange(query, pairs, live.count(query.span()), now);
  }

  private Result.Ranged old(RangeQuery query, long now) {
    var scan = loaded.scan(query);
    return Arrangement.arrange(query, scan.pairs(), scan.count(), now);
  }

  /// At a revision that an earlier mutation of this very batch made.
  private Result.Ranged between(RangeQuery query, long now) {
    var pairs = new TreeMap<>(loaded.base(query.span()));
    overlay
        .at(query.span(), query.revision())
        .forEach((key, written) -> {
          if (written.version().tombstone()) {
            pairs.remove(key);
          } else {
            pairs.put(key, written.version().pair(key, written.main()));
          }
        });
    List<KeyValue> found = query.countOnly() ? List.of() : new ArrayList<>(pairs.values());
    if (Arrangement.fetches(query) < found.size()) {
      found = found.subList(0, (int) Arrangement.fetches(query));
    }
    if (!Arrangement.needsValues(query)) {
      found = found.stream().map(Versions::keyOnly).toList();
    }
    return Arrangement.arrange(query, found, pairs.size(), now);
  }
}
