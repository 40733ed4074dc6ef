package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What the edits so far have made of a tree.
public final class TreeState {
  private final TreeMap<Long, Edit.Placed> tables = new TreeMap<>();
  private long mark;

  TreeState() {}

  /// Its tables in the order of their ids.
  public List<Edit.Placed> tables() {
    return List.copyOf(tables.values());
  }

  /// The highest mark that is durable.
  public long mark() {
    return mark;
  }

  void apply(Edit edit) {
    if (edit.replaced()) {
      tables.clear();
      mark = 0;
    }
    for (long id : edit.removed()) {
      Check.that(
          tables.remove(id) != null, "table %d is alive when tree %d drops it", id, edit.tree());
    }
    for (var placed : edit.added()) {
      long id = placed.table().id();
      Check.that(tables.put(id, placed) == null, "table %d is new to tree %d", id, edit.tree());
    }
    mark = Math.max(mark, edit.mark());
  }

  /// One edit that makes all of it.
  Edit summary(long tree, long nextFile) {
    return new Edit(tree, true, nextFile, mark, List.of(), new ArrayList<>(tables.values()));
  }
}
