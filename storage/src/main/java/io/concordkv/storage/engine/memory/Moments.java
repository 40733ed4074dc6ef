package io.concordkv.storage.engine.memory;

import java.util.ArrayDeque;

/// The moments at which a content was frozen and that are not over yet. Each has a number; what is
/// made between two moments bears the number of the later one, so what bears a number up to
/// [#newest()] is seen by a reader, and what was given up at a number up to [#oldest()] by none.
public final class Moments {
  private static final int SWEEP_AT = 16;

  private final ArrayDeque<Moment> open = new ArrayDeque<>();
  private int sweepAt = SWEEP_AT;
  private long now = 1;

  /// The number of what is made or given up now, which is that of the next moment.
  public long now() {
    return now;
  }

  /// The newest moment that somebody may still read; 0 if there is none.
  public long newest() {
    return open.isEmpty() ? 0 : open.getLast().number();
  }

  /// The oldest moment that somebody may still read; [Long#MAX_VALUE] if there is none.
  public long oldest() {
    return open.isEmpty() ? Long.MAX_VALUE : open.getFirst().number();
  }

  Moment take() {
    if (open.size() >= sweepAt) {
      open.removeIf(Moment::isOver);
      sweepAt = SWEEP_AT + 2 * open.size();
    }
    var moment = new Moment(now++);
    open.addLast(moment);
    return moment;
  }

  /// Forgets those that are over, as far as that changes an answer.
  void sweep() {
    while (!open.isEmpty() && open.getFirst().isOver()) {
      open.removeFirst();
    }
    while (!open.isEmpty() && open.getLast().isOver()) {
      open.removeLast();
    }
  }
}
