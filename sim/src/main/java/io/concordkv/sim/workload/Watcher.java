package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Span;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.mvcc.watch.WatchSink;
import io.concordkv.node.WatchHandle;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.oracle.Violation;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Watches everything on one node, through all its lives, and goes on where it was. Since revisions
/// are dense and each has an event, a gap, a repetition or a split revision shows at once.
final class Watcher implements WatchSink {
  private static final Duration SLOW_MILLIS = Duration.ofMillis(500);

  private final SimNode node;
  private final Revisions revisions;
  private final Simulation simulation;
  private final SplittableRandom chance;
  private final boolean slow;
  private @Nullable WatchHandle handle;
  private long next = 1;
  private long room = Long.MAX_VALUE;

  Watcher(
      SimNode node,
      Revisions revisions,
      Simulation simulation,
      SplittableRandom chance,
      boolean slow) {
    this.node = node;
    this.revisions = revisions;
    this.simulation = simulation;
    this.chance = chance;
    this.slow = slow;
  }

  SimNode node() {
    return node;
  }

  /// The first revision that it has not been told of.
  long next() {
    return next;
  }

  /// Watches the node's present life.
  void attach() {
    var up = node.up();
    if (up != null) {
      handle = up.watch(this);
      create();
    }
  }

  private void create() {
    if (handle != null) {
      handle.create(
          new WatchRequest(Span.prefix(Bytes.EMPTY), next, 0, false, false, false, false, false));
    }
  }

  @Override
  public boolean ready() {
    return room > 0;
  }

  @Override
  public void send(WatchAnswer answer) {
    if (answer.canceled()) {
      Violation.unless(
          answer.compactRevision() >= next,
          "watch-reliable",
          node.name() + " cancelled a watch from " + next + ": " + answer);
      next = answer.compactRevision();
      create();
      return;
    }
    room--;
    int from = 0;
    var events = answer.events();
    while (from < events.size()) {
      int to = from;
      while (to < events.size() && revision(events, to) == revision(events, from)) {
        to++;
      }
      told(revision(events, from), events.subList(from, to));
      from = to;
    }
    if (slow && room <= 0) {
      later();
    }
  }

  private static long revision(List<Event> events, int at) {
    return events.get(at).pair().modRevision();
  }

  private void told(long revision, List<Event> events) {
    // What starts at 1 may begin behind what was compacted away before it.
    boolean begins = next <= 1 && revision >= next;
    Violation.unless(
        revision == next || begins,
        "watch-reliable",
        node.name() + " tells of revision " + revision + ", next is " + next);
    var plain = new ArrayList<Event>();
    events.forEach(event -> plain.add(new Event(event.kind(), event.pair(), null)));
    revisions.happened(node.name(), revision, plain);
    simulation.note(revision);
    next = revision + 1;
  }

  /// Takes nothing for a while, then a little.
  void later() {
    room = 0;
    var stuck = handle;
    int lives = node.lives();
    simulation
        .world()
        .after(
            Duration.ofNanos(chance.nextLong(SLOW_MILLIS.toNanos())),
            () -> {
              room = chance.nextInt(1, 50);
              if (stuck != null && lives == node.lives() && node.up() != null) {
                stuck.drained();
              }
            });
  }
}
