package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Span;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.mvcc.watch.WatchSink;
import io.concordkv.node.Node;
import io.concordkv.node.WatchHandle;
import io.concordkv.sim.check.WatchCheck;
import io.concordkv.sim.cluster.SimNode;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client with several watches on one stream. When its member dies, or when it feels like it, it
/// goes to another member and has every watch go on there from what it has seen.
final class Watcher {
  private static final int MAX_ROOM = 30;
  private static final long MAX_WHIM_NANOS = Duration.ofMillis(700).toNanos();
  private static final long SLOW_NANOS = Duration.ofMillis(500).toNanos();
  private static final int MAX_WATCHES = 4;

  private final String name;
  private final Clients world;
  private final SplittableRandom chance;
  private final Requests requests;
  private final boolean slow;

  /// Null: it goes wherever it likes.
  private final @Nullable SimNode home;

  private @Nullable Stream stream;
  private long lastId;

  /// What is watched: by ids that a stream has for itself.
  private final TreeMap<Long, WatchCheck> watches = new TreeMap<>();

  /// @param home where it stays through all its lives, and watches everything; null: nowhere
  Watcher(
      String name, Clients world, SplittableRandom chance, @Nullable SimNode home, boolean slow) {
    this.name = name;
    this.world = world;
    this.chance = chance;
    this.home = home;
    this.slow = slow;
    requests = new Requests(chance, () -> 0, () -> 0);
  }

  void start() {
    whim();
  }

  /// A new life of its home has begun.
  void opened(SimNode node) {
    if (node == home) {
      connect(node);
    }
  }

  /// Whether it was told of all that it watches, up to `revision`. Where its member is down it goes
  /// to another; from a home that is lost for good nothing is expected.
  boolean knows(long revision) {
    if (home != null && (home.lost() || home.retired())) {
      return true;
    }
    if (stream == null || !stream.lives()) {
      hop();
      return false;
    }
    boolean all = true;
    for (var watch : watches.values()) {
      all &= watch.complete(revision);
    }
    return all;
  }

  @Override
  public String toString() {
    var now = stream;
    return now == null ? name : name + " at " + now.node.name() + " " + watches.values();
  }

  private void whim() {
    world.after(
        chance.nextLong(MAX_WHIM_NANOS),
        () -> {
          if (!world.stopped()) {
            act();
            whim();
          }
        });
  }

  private void act() {
    var now = stream;
    if (now == null || !now.lives()) {
      hop();
      return;
    }
    switch (chance.nextInt(10)) {
      case 0, 1, 2 -> now.handle.progress();
      case 3, 4 -> now.end();
      case 5, 6, 7 -> now.begin();
      case 8 -> hop();
      default -> {
        // Nothing: the longer it watches, the more it sees.
      }
    }
  }

  private void hop() {
    var up = world.up();
    if (home != null) {
      connect(home);
    } else if (!up.isEmpty()) {
      connect(up.get(chance.nextInt(up.size())));
    }
  }

  private void connect(SimNode node) {
    var running = node.up();
    if (running == null) {
      return;
    }
    if (stream != null) {
      stream.close();
    }
    var next = new Stream(node, running);
    stream = next;
    next.goOn();
  }

  private WatchRequest draw() {
    if (home != null) {
      return request(Span.prefix(Bytes.EMPTY), 1, false, false);
    }
    boolean filters = chance.nextInt(3) == 0;
    boolean noPut = filters && chance.nextBoolean();
    long revision = world.reads().acknowledged();
    long at =
        switch (chance.nextInt(6)) {
          case 0 -> 0;
          case 1 -> revision + 1 + chance.nextInt(20);
          case 2 -> Math.max(1, world.compacted());
          case 3 -> Math.max(1, world.compacted() - chance.nextInt(2));
          default -> Math.max(1, revision - chance.nextInt(100));
        };
    return request(requests.span(), at, noPut, filters && !noPut);
  }

  private WatchRequest request(Span span, long start, boolean noPut, boolean noDelete) {
    return new WatchRequest(
        span,
        start,
        ++lastId,
        chance.nextBoolean(),
        chance.nextBoolean(),
        chance.nextBoolean(),
        noPut,
        noDelete);
  }

  private static WatchRequest from(WatchRequest request, long start, long id) {
    return new WatchRequest(
        request.span(),
        start,
        id,
        request.previous(),
        request.progressNotify(),
        request.fragment(),
        request.noPut(),
        request.noDelete());
  }

  private final class Stream implements WatchSink {
    private final SimNode node;
    private final int life;
    private final WatchHandle handle;
    private final Room room;
    private boolean closed;

    Stream(SimNode node, Node running) {
      this.node = node;
      life = node.lives();
      room = new Room(name, answers());
      handle = running.watch(this);
    }

    boolean lives() {
      return !closed && node.lives() == life && node.up() != null;
    }

    /// Every watch goes on where it was.
    void goOn() {
      for (var watch : List.copyOf(watches.values())) {
        create(from(watch.request(), watch.next(), watch.request().watchId()));
      }
      if (watches.isEmpty()) {
        begin();
      }
    }

    void begin() {
      if (watches.size() < (home == null ? MAX_WATCHES : 1)) {
        create(draw());
      }
    }

    /// At home the one watch stays.
    void end() {
      if (home == null && !watches.isEmpty()) {
        var ids = List.copyOf(watches.keySet());
        handle.cancel(ids.get(chance.nextInt(ids.size())));
      }
    }

    void create(WatchRequest request) {
      var label = name + " at " + node.name() + "#" + life + " watch " + request.watchId();
      watches.put(request.watchId(), new WatchCheck(label, world.model(), request));
      handle.create(request);
    }

    void close() {
      closed = true;
      handle.close();
    }

    @Override
    public boolean ready() {
      return room.any();
    }

    @Override
    public void send(WatchAnswer answer) {
      room.take(answer);
      world.later(() -> take(answer));
      if (slow && !room.any()) {
        rest();
      }
    }

    /// How much it takes before it rests.
    private long answers() {
      return slow && !world.stopped() ? chance.nextInt(1, MAX_ROOM) : Long.MAX_VALUE;
    }

    /// Takes nothing for a while, then a little.
    private void rest() {
      room.set(0);
      world.after(
          chance.nextLong(SLOW_NANOS),
          () -> {
            room.set(answers());
            if (lives()) {
              handle.drained();
            }
          });
    }

    private void take(WatchAnswer answer) {
      if (closed) {
        return;
      }
      world.note(answer.revision());
      if (answer.watchId() < 0 && answer.created()) {
        refused(answer);
        return;
      }
      if (answer.watchId() < 0) {
        watches.values().stream().filter(WatchCheck::created).forEach(watch -> watch.take(answer));
        return;
      }
      var watch = watches.get(answer.watchId());
      if (watch == null) {
        return;
      }
      watch.take(answer);
      if (watch.ended()) {
        watches.remove(answer.watchId());
        if (answer.compactRevision() > 0 && !answer.created()) {
          // Its id stays taken until the answer to this.
          handle.cancel(answer.watchId());
          create(from(watch.request(), watch.next(), ++lastId));
        }
      }
    }

    /// Creations are answered in their order, and only those of nothing are refused.
    private void refused(WatchAnswer answer) {
      for (var watch : watches.values()) {
        if (!watch.created()) {
          watch.refused(answer);
          watches.remove(watch.request().watchId());
          return;
        }
      }
    }
  }
}
