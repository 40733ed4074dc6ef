package io.concordkv.sim.oracle;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.History;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Reading;
import io.concordkv.mvcc.Span;
import io.concordkv.sim.model.ApiModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Everything that can still be read of a keyspace, as it was at one moment: what there is now,
/// what there was when it was compacted, and all that happened since.
final class Contents implements Supplier<Contents.Read> {
  private static final RangeQuery EVERYTHING = RangeQuery.of(Span.prefix(Bytes.EMPTY));

  private final long revision;
  private final long compacted;
  private final long from;
  private final Reading latest;
  private final @Nullable Reading base;
  private final Supplier<History> history;

  record Read(List<KeyValue> latest, List<KeyValue> base, History history) {}

  /// Freezes it; the reading is for a worker.
  ///
  /// @param back how many revisions of the history are read
  Contents(MvccStore store, long back) {
    revision = store.revision();
    compacted = store.compactRevision();
    latest = store.range(EVERYTHING);
    base = compacted > 0 ? store.range(EVERYTHING.at(compacted)) : null;
    from = Math.max(Math.max(2, compacted), revision - back);
    history = store.history(from, Integer.MAX_VALUE, _ -> true, false);
  }

  @Override
  public Read get() {
    return new Read(
        latest.run().pairs(), base == null ? List.of() : base.run().pairs(), history.get());
  }

  /// What in `read` is not as the model says; null if all is.
  @Nullable String difference(Read read, ApiModel model) {
    if (!read.latest.equals(model.all(revision))) {
      return "has " + read.latest + ", not " + model.all(revision);
    }
    if (base != null && !read.base.equals(model.all(compacted))) {
      return "had " + read.base + " at revision " + compacted + ", not " + model.all(compacted);
    }
    var told = read.history.revisions().iterator();
    for (long at = from; at <= read.history.through(); at++) {
      var expected = bare(model.events(at));
      var next = told.hasNext() ? told.next() : null;
      if (next == null || next.number() != at || !next.events().equals(expected)) {
        return "tells of " + next + ", but revision " + at + " is " + expected;
      }
    }
    return null;
  }

  private static List<Event> bare(List<Event> events) {
    var bare = new ArrayList<Event>(events.size());
    for (var event : events) {
      bare.add(new Event(event.kind(), event.pair(), null));
    }
    return bare;
  }
}
