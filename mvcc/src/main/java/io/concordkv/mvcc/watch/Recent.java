package io.concordkv.mvcc.watch;

import io.concordkv.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;

/// What was published while a piece of the history was being read: with it a watch that has read up
/// to where the reading began is synced, however fast the keyspace changes. Bounded: when more is
/// published than is kept, those watches need another piece.
final class Recent {
  static final long MAX_BYTES = 8 << 20;

  private static final int EVENT_BYTES = 100;

  private final List<Revision> revisions = new ArrayList<>();
  private long bytes;

  void clear() {
    revisions.clear();
    bytes = 0;
  }

  void add(Revision revision) {
    if (!complete()) {
      return;
    }
    for (var event : revision.events()) {
      bytes += EVENT_BYTES + event.pair().key().length() + event.pair().value().length();
    }
    if (complete()) {
      revisions.add(revision);
    } else {
      revisions.clear();
    }
  }

  /// Whether nothing is missing.
  boolean complete() {
    return bytes <= MAX_BYTES;
  }

  List<Revision> revisions() {
    return revisions;
  }
}
