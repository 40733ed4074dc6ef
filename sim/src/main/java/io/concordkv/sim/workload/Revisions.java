package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.sim.oracle.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What happened at each revision, as watchers told it, and what must agree with it.
final class Revisions {
  private final TreeMap<Long, List<Event>> events = new TreeMap<>();
  private final TreeMap<Bytes, TreeMap<Long, Event>> ofKey = new TreeMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private long acknowledged;

  /// @param at the revision of which the answer spoke
  record Seen(String node, Bytes key, long at, @Nullable KeyValue pair) {}

  /// All that `node` said of one revision: the same as everybody else.
  void happened(String node, long revision, List<Event> told) {
    var known = events.putIfAbsent(revision, List.copyOf(told));
    if (known == null) {
      for (var event : told) {
        ofKey.computeIfAbsent(event.pair().key(), _ -> new TreeMap<>()).put(revision, event);
      }
      return;
    }
    Violation.unless(
        known.equals(told),
        "watch-agrees",
        node + " tells of revision " + revision + ": " + told + ", others " + known);
  }

  /// A write was acknowledged at `revision`.
  void acknowledged(long revision) {
    acknowledged = Math.max(acknowledged, revision);
  }

  /// The newest revision that anybody was told of: what a linearizable read may not fall behind.
  long acknowledged() {
    return acknowledged;
  }

  /// I12, as the answer comes in.
  void fresh(String node, long revision, long atInvocation) {
    Violation.unless(
        revision >= atInvocation,
        "I12 stale-read",
        node + " answers from revision " + revision + ", told before was " + atInvocation);
  }

  void saw(Seen answer) {
    seen.add(answer);
  }

  /// Every answer, however stale it may be, shows the key as it was at the revision it names.
  void checkAll(long complete) {
    for (var answer : seen) {
      if (answer.at <= complete && !events.isEmpty() && answer.at >= events.firstKey()) {
        var history = ofKey.get(answer.key);
        var last = history == null ? null : history.floorEntry(answer.at);
        boolean right =
            (last != null && last.getValue().kind() == Event.Kind.PUT)
                ? last.getValue().pair().equals(answer.pair)
                : answer.pair == null;
        Violation.unless(
            right, "read-at-revision", answer + ", but the log of events says " + last);
      }
    }
  }
}
