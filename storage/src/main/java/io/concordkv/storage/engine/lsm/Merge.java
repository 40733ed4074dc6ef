package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.table.Run;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Several runs as one, each key once, in one direction: a binary heap of the runs by the key they
/// stand on. Of a key that several have, the newest run's counts.
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

  private final Source[] sources;
  private final Source[] heap;
  private final boolean ascending;
  private int size;

  /// `runs`: the newest first.
  public Merge(List<Run> runs, Order order) {
    sources = new Source[runs.size()];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new Source(runs.get(i), i);
    }
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
  }

  /// Descending only: goes to the last key below `key`; with null, to the very last.
  public void toLower(@Nullable Bytes key) {
    size = 0;
    for (var source : sources) {
      source.run.toLower(key);
      push(source);
    }
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
      if (top.run.valid()) {
        top.key = top.run.key();
      } else {
        heap[0] = heap[--size];
      }
      sink();
    } while (size > 0 && heap[0].key.equals(key));
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
      if (top.run.valid()) {
        top.key = top.run.key();
      } else {
        heap[0] = heap[--size];
      }
      sink();
    }
  }

  public Bytes key() {
    return heap[0].key;
  }

  /// Null if the key is deleted.
  public @Nullable Bytes value() {
    return heap[0].run.value();
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
