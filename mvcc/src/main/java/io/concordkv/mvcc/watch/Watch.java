package io.concordkv.mvcc.watch;

import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.List;

/// One watch of a stream.
final class Watch {
  enum State {
    /// Everything that was published was sent, or lies before its start.
    SYNCED,
    /// It needs `next` and maybe more from the history.
    LAGGING,
    /// Cancelled by a compaction; it only keeps its id taken.
    COMPACTED,
    CLOSED
  }

  final WatchStream stream;
  final long id;
  final Span span;
  final boolean previous;
  final boolean progressNotify;
  final boolean fragment;
  private final boolean noPut;
  private final boolean noDelete;

  State state = State.CLOSED;

  /// Nothing below this revision is to be sent (any more).
  long next;

  /// Its place among the lagging ones.
  long turn;

  /// Whether events were sent since progress was last considered.
  boolean fed;

  /// Its events of the revision that is being published.
  final List<Event> pending = new ArrayList<>(1);

  Watch(WatchStream stream, long id, Span span, WatchRequest request) {
    this.stream = stream;
    this.id = id;
    this.span = span;
    previous = request.previous();
    progressNotify = request.progressNotify();
    fragment = request.fragment();
    noPut = request.noPut();
    noDelete = request.noDelete();
  }

  boolean passes(Event event) {
    return switch (event.kind()) {
      case PUT -> !noPut;
      case DELETE -> !noDelete;
    };
  }

  /// The event with what this watch asked for and nothing more.
  Event seen(Event event) {
    return previous || event.previous() == null
        ? event
        : new Event(event.kind(), event.pair(), null);
  }

  /// Whether what the key was before must be read before the event can be sent.
  boolean lacksPrevious(Event event) {
    return previous
        && event.previous() == null
        && event.pair().createRevision() != event.pair().modRevision();
  }
}
