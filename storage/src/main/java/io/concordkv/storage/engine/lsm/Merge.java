package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.ValueReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Several runs as one, each key once, in one direction: a binary heap of the runs by the key they
/// stand on. Of a key that several have, the newest run's counts. What lies in a range that a newer
/// run deletes is passed over: a run that gets into such a range goes to its end at once.
public final class Merge {
  private static final class Source {
    final Run run;
    final int age;
    Bytes key = Bytes.EMPTY;

    Source(Run run, int age) {
      this.run = run;
      this.age = age;
    }
  }

  /// What a source deletes of those that are older.
  private static final class Eraser {
    final Deletions deletions;
    final int age;
    Deletions.@Nullable Stretch near;

    Eraser(Deletions deletions, int age) {
      this.deletions = deletions;
      this.age = age;
    }

    /// The range around `key` that is deleted, or null if `key` is not.
    @Nullable KeyRange around(Bytes key) {
      var stretch = near;
      if (stretch == null || !stretch.range().contains(key)) {
        stretch = deletions.around(key);
        near = stretch;
      }
      return stretch.deleted() ? stretch.range() : null;
    }
  }

  private final Source[] sources;
  private final Source[] heap;

  /// Those that delete ranges, the newest first.
  private final Eraser[] erasers;

  private final boolean ascending;
  private int size;

  /// `runs`: the newest first.
  public Merge(List<Run> runs, Order order) {
    sources = new Source[runs.size()];
    var deleting = new ArrayList<Eraser>();
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new Source(runs.get(i), i);
      var deletions = runs.get(i).deletions();
      if (deletions != null) {
        deleting.add(new Eraser(deletions, i));
      }
    }
    erasers = deleting.toArray(Eraser[]::new);
    heap = new Source[sources.length];
    ascending = order == Order.ASCENDING;
  }

  public boolean valid() {
    return size > 0;
  }

  /// Ascending only: goes to the first key at or above `key`.
  public void toCeiling(Bytes key) {
    size = 0;
    for (var source : sources) {
      source.run.toCeiling(key);
      push(source);
    }
    passDeleted();
  }

  /// Descending only: goes to the last key below `key`; with null, to the very last.
  public void toLower(@Nullable Bytes key) {
    size = 0;
    for (var source : sources) {
      source.run.toLower(key);
      push(source);
    }
    passDeleted();
  }

  /// Goes to the next key in the order.
  public void step() {
    var key = heap[0].key;
    do {
      var top = heap[0];
      if (ascending) {
        top.run.next();
      } else {
        top.run.previous();
      }
      moved(top);
    } while (size > 0 && heap[0].key.equals(key));
    passDeleted();
  }

  /// Goes on to `key`, or to the first one behind it in the order.
  public void advance(Bytes key) {
    while (size > 0 && isBefore(heap[0].key, key)) {
      var top = heap[0];
      if (ascending) {
        top.run.toCeiling(key);
      } else {
        top.run.toLower(key.successor());
      }
      moved(top);
    }
    passDeleted();
  }

  /// Takes what is on top, and deleted by a newer run, out of the way until nothing is.
  private void passDeleted() {
    if (erasers.length == 0) {
      return;
    }
    while (size > 0) {
      var top = heap[0];
      var deleted = deletedAbove(top);
      if (deleted == null) {
        return;
      }
      if (!ascending) {
        top.run.toLower(deleted.from());
        moved(top);
      } else if (deleted.to() != null) {
        top.run.toCeiling(deleted.to());
        moved(top);
      } else {
        heap[0] = heap[--size];
        sink();
      }
    }
  }

  private @Nullable KeyRange deletedAbove(Source source) {
    for (var eraser : erasers) {
      if (eraser.age >= source.age) {
        break;
      }
      var deleted = eraser.around(source.key);
      if (deleted != null) {
        return deleted;
      }
    }
    return null;
  }

  /// The run on top stands elsewhere now.
  private void moved(Source top) {
    if (top.run.valid()) {
      top.key = top.run.key();
    } else {
      heap[0] = heap[--size];
    }
    sink();
  }

  public Bytes key() {
    return heap[0].key;
  }

  /// Null if the key is deleted.
  public @Nullable Bytes value() {
    return heap[0].run.value();
  }

  /// As [Run#deletes()].
  boolean deletes() {
    return heap[0].run.deletes();
  }

  /// As [Run#reference()].
  @Nullable ValueReference reference() {
    return heap[0].run.reference();
  }

  private void push(Source source) {
    if (!source.run.valid()) {
      return;
    }
    source.key = source.run.key();
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!less(source, heap[parent])) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = source;
  }

  private void sink() {
    if (size < 2) {
      return;
    }
    var source = Objects.requireNonNull(heap[0]);
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && less(heap[child + 1], heap[child])) {
        child++;
      }
      if (!less(heap[child], source)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = source;
  }

  private boolean isBefore(Bytes a, Bytes b) {
    int order = a.compareTo(b);
    return ascending ? order < 0 : order > 0;
  }

  private boolean less(Source a, Source b) {
    int order = a.key.compareTo(b.key);
    if (order == 0) {
      return a.age < b.age;
    }
    return ascending == order < 0;
  }
}
