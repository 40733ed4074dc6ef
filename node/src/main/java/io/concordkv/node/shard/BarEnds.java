package io.concordkv.node.shard;

import io.concordkv.raft.SnapshotMark;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Where bars ended that are not durable yet, and the last that is: as many as memtables wait.
final class BarEnds {
  private final ArrayDeque<SnapshotMark> ends = new ArrayDeque<>(2);

  /// @param start what is durable
  BarEnds(SnapshotMark start) {
    ends.add(start);
  }

  /// @param durable up to here all is durable by now
  void add(SnapshotMark end, long durable) {
    ends.add(end);
    forgetBefore(durable);
  }

  SnapshotMark last() {
    return ends.getLast();
  }

  /// The end with this index, up to which all is durable; null if no bar ended there.
  @Nullable SnapshotMark at(long durable) {
    forgetBefore(durable);
    var first = ends.getFirst();
    return first.last().index() == durable ? first : null;
  }

  private void forgetBefore(long durable) {
    while (ends.size() > 1 && ends.getFirst().last().index() < durable) {
      ends.removeFirst();
    }
  }
}
