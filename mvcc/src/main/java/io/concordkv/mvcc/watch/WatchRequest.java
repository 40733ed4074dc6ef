package io.concordkv.mvcc.watch;

import io.concordkv.mvcc.Span;

/// What to watch.
///
/// @param startRevision 0: what comes next
/// @param watchId 0: the stream picks one
public record WatchRequest(
    Span span,
    long startRevision,
    long watchId,
    boolean previous,
    boolean progressNotify,
    boolean fragment,
    boolean noPut,
    boolean noDelete) {}
