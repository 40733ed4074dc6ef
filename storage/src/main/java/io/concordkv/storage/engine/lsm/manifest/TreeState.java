package io.concordkv.storage.engine.lsm.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

  /// Returns what speaks against `edit` as the next one; null if it is applied. This is of no use
  /// any more if it was refused.
  @Nullable String apply(Edit edit) {
    if (edit.replaced()) {
      tables.clear();
      mark = 0;
    }
    for (long id : edit.removed()) {
      if (tables.remove(id) == null) {
        return "table %x is not alive when tree %d drops it".formatted(id, edit.tree());
      }
    }
    for (var placed : edit.added()) {
      long id = placed.table().id();
      if (tables.put(id, placed) != null) {
        return "table %x is not new to tree %d".formatted(id, edit.tree());
      }
    }
    mark = Math.max(mark, edit.mark());
    return null;
  }

  /// One edit that makes all of it.
  Edit summary(long tree, long nextFile) {
    return new Edit(tree, true, nextFile, mark, List.of(), new ArrayList<>(tables.values()));
  }
}
