package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The live index at a moment.
final class LiveView {
  private final LivePage root;

  LiveView(LivePage root) {
    this.root = root;
  }

  long size() {
    return root.count();
  }

  @Nullable LiveEntry find(Bytes key) {
    var page = root;
    while (page instanceof LiveBranch branch) {
      page = branch.child(branch.slot(key));
    }
    var leaf = (LiveLeaf) page;
    int slot = leaf.find(key);
    return slot < 0 ? null : leaf.entry(slot);
  }

  /// How many keys are below `key`.
  long rank(Bytes key) {
    long below = 0;
    var page = root;
    while (page instanceof LiveBranch branch) {
      int slot = branch.slot(key);
      below += branch.before(slot);
      page = branch.child(slot);
    }
    int slot = ((LiveLeaf) page).find(key);
    return below + (slot < 0 ? -1 - slot : slot);
  }

  long count(Span span) {
    if (span.single()) {
      return find(span.key()) == null ? 0 : 1;
    }
    if (span.isEmpty()) {
      return 0;
    }
    var upper = span.upper();
    return (upper == null ? size() : rank(upper)) - rank(span.key());
  }

  /// The first `limit` entries of `span`.
  List<LiveEntry> entries(Span span, long limit) {
    if (span.single()) {
      var entry = find(span.key());
      return entry == null || limit == 0 ? List.of() : List.of(entry);
    }
    var entries = new ArrayList<LiveEntry>((int) Math.min(Math.min(limit, count(span)), 1 << 20));
    var cursor = new LiveCursor(root, span);
    while (entries.size() < limit && cursor.next()) {
      entries.add(cursor.entry());
    }
    return entries;
  }

  LiveCursor cursor(Span span) {
    return new LiveCursor(root, span);
  }
}
