package io.concordkv.mvcc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of an [Operation] or [Mutation]. `revision` is what etcd reports in the header of that
/// (sub-)response.
public sealed interface Result {
  long revision();

  /// @param count how many keys of the span there are, whatever the limit
  record Ranged(long revision, List<KeyValue> pairs, boolean more, long count) implements Result {
    public Ranged {
      pairs = List.copyOf(pairs);
    }
  }

  record PutDone(long revision, @Nullable KeyValue previous) implements Result {}

  record Deleted(long revision, long count, List<KeyValue> previous) implements Result {
    public Deleted {
      previous = List.copyOf(previous);
    }
  }

  record Committed(long revision, boolean succeeded, List<Result> results) implements Result {
    public Committed {
      results = List.copyOf(results);
    }
  }

  record Compacted(long revision) implements Result {}

  record Granted(long revision, long id, long ttlSeconds) implements Result {}

  record Revoked(long revision) implements Result {}
}
