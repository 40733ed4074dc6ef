package io.concordkv.sim.chaos;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.client.Watcher;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import io.concordkv.proto.mvccpb.Event;
import io.concordkv.proto.mvccpb.KeyValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;

/// Watches of everything, each with another node first, that go on where they were when a node is
/// lost. Since revisions are dense and each has an event, a gap, a repetition or a disagreement
/// shows at once; in the end what they were told makes exactly what is stored.
final class Spectators {
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
  private static final Duration MOMENT = Duration.ofMillis(100);
  private static final int PAGE = 2000;

  /// A learner serves no watch; it will soon be a voter.
  private static final String LEARNER = "not supported for learner";

  private final ConcurrentSkipListMap<Long, List<Event>> told = new ConcurrentSkipListMap<>();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<Spectator> all = new ArrayList<>();

  /// One watch, followed by a thread of its own.
  private final class Spectator {
    final String name;
    final ConcordClient client;
    volatile Watcher watcher;
    volatile long next = 2;
    volatile boolean over;

    Spectator(String name, ConcordClient client) {
      this.name = name;
      this.client = client;
      watcher = open();
      var _ = Thread.ofVirtual().name(name).start(this::follow);
    }

    private Watcher open() {
      return client
          .watch()
          .open(
              WatchCreateRequest.newBuilder()
                  .setKey(ALL)
                  .setRangeEnd(ALL)
                  .setStartRevision(next)
                  .build());
    }

    private void follow() {
      try {
        while (!over) {
          try {
            var answer = watcher.poll(MOMENT);
            if (answer != null) {
              take(answer.getEventsList());
            }
          } catch (ClientException ended) {
            if (over) { // this end of it is closed under a poll
              return;
            }
            if (!String.valueOf(ended.getMessage()).contains(LEARNER)) {
              wrong.add(name + " was ended: " + ended.getMessage());
              return;
            }
            RealCluster.pause(MOMENT.toMillis());
            watcher = open();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void take(List<Event> events) {
      int from = 0;
      while (from < events.size()) {
        long revision = events.get(from).getKv().getModRevision();
        int to = from;
        while (to < events.size() && events.get(to).getKv().getModRevision() == revision) {
          to++;
        }
        if (revision != next) {
          wrong.add(name + " was told of revision " + revision + " where " + next + " comes next");
        }
        next = revision + 1;
        var these = List.copyOf(events.subList(from, to));
        var known = told.putIfAbsent(revision, these);
        if (known != null && !known.equals(these)) {
          wrong.add(name + " was told at revision " + revision + ": " + these + ", not " + known);
        }
        from = to;
      }
    }
  }

  /// One for each node.
  Spectators(RealCluster cluster) {
    for (int i = 0; i < cluster.size(); i++) {
      all.add(new Spectator("spectator-" + (i + 1), cluster.client(Duration.ofSeconds(1), i)));
    }
  }

  int revisions() {
    return told.size();
  }

  /// Waits until all were told of `revision`, ends them, and compares with what is stored there.
  void check(ConcordClient client, long revision) {
    try {
      RealCluster.eventually(
          "every watch is told of revision " + revision,
          () -> !wrong.isEmpty() || all.stream().allMatch(spectator -> spectator.next > revision));
    } finally {
      for (var spectator : all) {
        spectator.over = true;
        spectator.watcher.close();
        spectator.client.close();
      }
    }
    ChaosFailure.unless(wrong.isEmpty(), "watches saw what cannot be", wrong);
    var expected = new TreeMap<String, KeyValue>();
    told.headMap(revision, true)
        .values()
        .forEach(events -> events.forEach(event -> apply(event, expected)));
    var stored = stored(client, revision);
    for (var pair : stored.values()) {
      var key = pair.getKey().toStringUtf8();
      ChaosFailure.unless(
          Objects.equals(expected.remove(key), pair),
          "what is stored is not what was told of it",
          pair);
    }
    ChaosFailure.unless(expected.isEmpty(), "these were told of and are not there", expected);
  }

  private static void apply(Event event, Map<String, KeyValue> pairs) {
    var key = event.getKv().getKey().toStringUtf8();
    if (event.getType() == Event.EventType.DELETE) {
      pairs.remove(key);
    } else {
      pairs.put(key, event.getKv());
    }
  }

  private static SortedMap<String, KeyValue> stored(ConcordClient client, long revision) {
    var pairs = new TreeMap<String, KeyValue>();
    var from = ALL;
    while (true) {
      var page =
          client
              .kv()
              .range(
                  RangeRequest.newBuilder()
                      .setKey(from)
                      .setRangeEnd(ALL)
                      .setRevision(revision)
                      .setLimit(PAGE)
                      .build());
      page.getKvsList().forEach(pair -> pairs.put(pair.getKey().toStringUtf8(), pair));
      if (!page.getMore()) {
        return pairs;
      }
      from = page.getKvs(page.getKvsCount() - 1).getKey().concat(ALL);
    }
  }
}
