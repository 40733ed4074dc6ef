package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Changes that become visible and durable together or not at all. A later change of a key in the
/// batch wins over an earlier one.
public final class WriteBatch {
  /// One change, in the order in which it was made.
  public sealed interface Change {
    /// A change of one key.
    sealed interface Single extends Change {
      Bytes key();
    }

    record Put(Bytes key, Bytes value) implements Single {}

    record Delete(Bytes key) implements Single {}

    /// Deletes all keys of the range that are there when its turn comes.
    record DeleteRange(KeyRange range) implements Change {}
  }

  private final List<Change> changes = new ArrayList<>();
  private long bytes;
  private long mark;
  private boolean hasRanges;

  public WriteBatch put(Bytes key, Bytes value) {
    changes.add(new Change.Put(key, value));
    bytes += key.length() + value.length();
    return this;
  }

  public WriteBatch delete(Bytes key) {
    changes.add(new Change.Delete(key));
    bytes += key.length();
    return this;
  }

  /// Deletes whatever is in `range` by then; a later put in the batch stays. Harmless if there is
  /// nothing. In the engine `lsm` it costs what a single deletion costs, whatever it deletes; the
  /// others walk over the keys in the range and hold them in memory while they do.
  public WriteBatch deleteRange(KeyRange range) {
    if (!range.isEmpty()) {
      changes.add(new Change.DeleteRange(range));
      hasRanges = true;
      var to = range.to();
      bytes += range.from().length() + (to == null ? 0 : to.length());
    }
    return this;
  }

  /// A number that grows from batch to batch (a replica's applied index). [Engine#durableMark()]
  /// tells which marks have reached the medium. 0, the default, leaves the engine's mark as it is.
  public WriteBatch mark(long mark) {
    this.mark = mark;
    return this;
  }

  public long mark() {
    return mark;
  }

  public List<Change> changes() {
    return changes;
  }

  /// Changes that do the same to `content` key by key: for engines that know no better. There is a
  /// deletion for each key in a range, so they take as much memory as these keys do.
  @SuppressWarnings("unchecked") // without ranges, all of them are of one key
  public List<Change.Single> singles(View content) {
    if (!hasRanges) {
      return (List<Change.Single>) (List<?>) changes;
    }
    var singles = new ArrayList<Change.Single>();
    var put = new TreeSet<Bytes>();
    for (var change : changes) {
      switch (change) {
        case Change.Put single -> {
          singles.add(single);
          put.add(single.key());
        }
        case Change.Delete single -> singles.add(single);
        case Change.DeleteRange(var range) -> {
          try (var cursor = content.scan(range, Order.ASCENDING)) {
            while (cursor.next()) {
              singles.add(new Change.Delete(cursor.key()));
            }
          }
          var to = range.to();
          var again = to == null ? put.tailSet(range.from()) : put.subSet(range.from(), to);
          again.forEach(key -> singles.add(new Change.Delete(key)));
          again.clear();
        }
      }
    }
    return singles;
  }

  /// Of all keys and values.
  public long bytes() {
    return bytes;
  }

  public boolean isEmpty() {
    return changes.isEmpty() && mark == 0;
  }
}
