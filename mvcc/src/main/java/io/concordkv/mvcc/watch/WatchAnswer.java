package io.concordkv.mvcc.watch;

import io.concordkv.mvcc.Event;
import java.util.List;

/// One message to a watcher; the fields are those of etcd's `WatchResponse`.
///
/// @param revision what the header says
public record WatchAnswer(
    long watchId,
    long revision,
    boolean created,
    boolean canceled,
    long compactRevision,
    String cancelReason,
    boolean fragment,
    List<Event> events) {
  public WatchAnswer {
    events = List.copyOf(events);
  }
}
