package io.concordkv.base.env;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The timers of one loop, earliest deadline first, those of the same deadline in the order in
/// which they were set. A binary heap in which every timer knows its place, so that cancelling one
/// takes it out at once: timeouts that hardly ever fire cost no memory.
///
/// Owned by the loop's thread.
final class TimerHeap {
  private LoopTimer[] heap = new LoopTimer[16];
  private int size;
  private long sequence;

  /// One task that waits for its time.
  static final class LoopTimer implements Timer {
    private final TimerHeap owner;
    private final long deadlineNanos;
    private final long sequence;
    private final Runnable task;
    private int place;

    private LoopTimer(TimerHeap owner, long deadlineNanos, long sequence, Runnable task) {
      this.owner = owner;
      this.deadlineNanos = deadlineNanos;
      this.sequence = sequence;
      this.task = task;
    }

    @Override
    public void cancel() {
      owner.remove(this);
    }

    private boolean before(LoopTimer other) {
      long difference = deadlineNanos - other.deadlineNanos;
      return difference < 0 || (difference == 0 && sequence < other.sequence);
    }
  }

  Timer add(long deadlineNanos, Runnable task) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    var timer = new LoopTimer(this, deadlineNanos, sequence++, task);
    up(timer, size++);
    return timer;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// When the next timer is due; only if there is one.
  long nextDeadlineNanos() {
    return heap[0].deadlineNanos;
  }

  /// Takes out the next task that is due at `nowNanos`, or null if none is.
  @Nullable Runnable poll(long nowNanos) {
    if (size == 0 || heap[0].deadlineNanos - nowNanos > 0) {
      return null;
    }
    var due = heap[0];
    remove(due);
    return due.task;
  }

  private void remove(LoopTimer timer) {
    int place = timer.place;
    if (place < 0) {
      return;
    }
    timer.place = -1;
    var last = heap[--size];
    clear(size);
    if (last != timer) {
      if (place > 0 && last.before(heap[(place - 1) >>> 1])) {
        up(last, place);
      } else {
        down(last, place);
      }
    }
  }

  @SuppressWarnings("NullAway") // beyond the size the array holds nothing
  private void clear(int place) {
    heap[place] = null;
  }

  private void up(LoopTimer timer, int start) {
    int place = start;
    while (place > 0) {
      int above = (place - 1) >>> 1;
      if (!timer.before(heap[above])) {
        break;
      }
      put(heap[above], place);
      place = above;
    }
    put(timer, place);
  }

  private void down(LoopTimer timer, int start) {
    int place = start;
    while (true) {
      int below = 2 * place + 1;
      if (below >= size) {
        break;
      }
      if (below + 1 < size && heap[below + 1].before(heap[below])) {
        below++;
      }
      if (!heap[below].before(timer)) {
        break;
      }
      put(heap[below], place);
      place = below;
    }
    put(timer, place);
  }

  private void put(LoopTimer timer, int place) {
    heap[place] = timer;
    timer.place = place;
  }
}
