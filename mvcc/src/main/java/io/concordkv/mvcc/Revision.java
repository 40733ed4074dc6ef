package io.concordkv.mvcc;

import java.util.List;

/// All that happened at one revision, in order.
public record Revision(long number, List<Event> events) {
  public Revision {
    events = List.copyOf(events);
  }
}
