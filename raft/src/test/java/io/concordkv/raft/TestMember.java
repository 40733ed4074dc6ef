package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A member with a disk of its own and a driver that does what [Ready] asks for, when it is told
/// to.
final class TestMember {
  static final Duration TICK = Duration.ofMillis(100);

  final long id;
  final TestDisk disk;
  final ArrayDeque<Ready> writing = new ArrayDeque<>();
  final ArrayDeque<Entry> applying = new ArrayDeque<>();
  final Consumer<Message> network;
  final Oracle oracle;
  RaftConfig config;
  long seed;
  @Nullable RaftNode node;

  /// The member's log in memory, as the Readys told it.
  final List<Entry> log = new ArrayList<>();

  LogPosition logStart = LogPosition.START;
  @Nullable RaftStatus before;
  long nowNanos;
  long tickedNanos;

  /// What the member may be: they differ in what is not seen.
  final List<ReferenceState> possible = new ArrayList<>();

  @Nullable ReferenceState lastSeen;
  long checkedCommit;
  @Nullable Configuration checkedConfiguration;
  long checkedTerm;
  boolean suspect;

  /// Whether it was suspect when it started.
  boolean distrusts;

  TestMember(
      RaftConfig config, long seed, TestDisk disk, Consumer<Message> network, Oracle oracle) {
    this.id = config.id();
    this.config = config;
    this.seed = seed;
    this.disk = disk;
    this.network = network;
    this.oracle = oracle;
  }

  RaftNode node() {
    if (node == null) {
      throw new AssertionError("member " + id + " is down");
    }
    return node;
  }

  boolean up() {
    return node != null;
  }

  boolean distrusted() {
    return node == null ? suspect : node.status().suspect();
  }

  void start() {
    lastSeen = null;
    possible.clear();
    distrusts = suspect;
    node =
        new RaftNode(
            config.withSuspect(suspect),
            new SplittableRandom(seed++),
            disk.start,
            disk.entries,
            disk.hardState,
            disk.start.last().index());
    log.clear();
    log.addAll(disk.entries);
    logStart = disk.start.last();
    before = null;
    checkedCommit = 0;
    checkedTerm = 0;
    checkedConfiguration = null;
    possible.add(seen());
    oracle.checkLog(this);
  }

  void tick() {
    nowNanos += TICK.toNanos();
    observe(new Reference.Input.Tick(), node()::tick);
  }

  void step(Message message) {
    observe(new Reference.Input.Step(message), () -> node().step(message));
  }

  ProposeResult propose(List<Bytes> commands) {
    var result = new ArrayList<ProposeResult>();
    observe(new Reference.Input.Propose(commands), () -> result.add(node().propose(commands)));
    return result.getFirst();
  }

  ProposeResult change(ConfigChange change) {
    var context = Bytes.of("by " + id);
    var result = new ArrayList<ProposeResult>();
    observe(
        new Reference.Input.Change(change, context),
        () -> result.add(node().changeConfig(change, context)));
    return result.getFirst();
  }

  /// What must leave all as it is, but for messages.
  void aside(Consumer<RaftNode> action) {
    observe(new Reference.Input.Neutral(), () -> action.accept(node()));
  }

  /// What was not durable is gone, but for the oldest `surviving` writes.
  void crash(int surviving) {
    for (int i = 0; i < surviving && !writing.isEmpty(); i++) {
      disk.write(writing.remove());
    }
    if (node != null) {
      suspect = node.status().suspect();
    }
    writing.clear();
    applying.clear();
    node = null;
  }

  /// Takes what is ready; it stays under way until [#persist()] and [#apply()].
  @Nullable Ready turn() {
    node().time(nowNanos);
    if (!node().hasReady()) {
      oracle.checkLog(this);
      return null;
    }
    var ready = node().ready();
    oracle.ready(this, ready);
    if (ready.snapshot() != null) {
      log.clear();
      logStart = ready.snapshot().last();
      applying.clear();
    }
    if (!ready.entries().isEmpty()) {
      long first = ready.entries().getFirst().index();
      while (last() >= first) {
        oracle.replaced(this, log.removeLast());
      }
      log.addAll(ready.entries());
    }
    ready.messages().forEach(message -> send(message));
    if (!ready.mustSync()) {
      ready.messagesAfterPersist().forEach(message -> send(message));
    }
    applying.addAll(ready.committed());
    writing.add(ready);
    oracle.checkLog(this);
    return ready;
  }

  /// The oldest write under way becomes durable. False if there is none.
  boolean persist() {
    var ready = writing.poll();
    if (ready == null) {
      return false;
    }
    disk.write(ready);
    if (ready.mustSync()) {
      ready.messagesAfterPersist().forEach(message -> send(message));
    }
    boolean ownVote =
        disk.hardState.vote() == id && disk.hardState.term() == node().status().hardState().term();
    observe(new Reference.Input.Persisted(ownVote), () -> node().persisted(ready));
    oracle.check(this);
    return true;
  }

  /// Applies at most `count` entries.
  boolean apply(int count) {
    Entry last = null;
    for (int i = 0; i < count && !applying.isEmpty(); i++) {
      last = applying.remove();
      oracle.applied(this, last);
    }
    if (last == null) {
      return false;
    }
    long index = last.index();
    observe(new Reference.Input.Applied(index), () -> node().applied(index));
    oracle.check(this);
    return true;
  }

  void trim(long index) {
    long bounded = Math.min(index, Math.min(node().status().applied(), disk.last()));
    if (bounded <= Math.max(disk.start.last().index(), logStart.index())) {
      return;
    }
    node().trim(bounded);
    disk.trim(new SnapshotMark(position(bounded), node().status().configuration()));
    while (logStart.index() < bounded) {
      logStart = log.removeFirst().position();
    }
    var now = seen();
    possible.replaceAll(now::tracking);
  }

  /// Does everything that can be done without hearing from others.
  void settle() {
    boolean busy = true;
    while (busy) {
      busy = turn() != null;
      busy |= persist();
      busy |= apply(Integer.MAX_VALUE);
    }
  }

  long last() {
    return logStart.index() + log.size();
  }

  LogPosition position(long index) {
    return index == logStart.index()
        ? logStart
        : log.get((int) (index - logStart.index()) - 1).position();
  }

  /// Lets the node do something and asks the [Reference] whether what came of it is allowed.
  private void observe(Reference.Input input, Runnable act) {
    var before = List.copyOf(possible);
    var durable = agreed(before.getFirst());
    act.run();
    var after = seen();
    var traits =
        new Reference.Traits(
            id,
            config.preVote(),
            config.checkQuorum(),
            config.leaseNanos() > 0,
            distrusts,
            config.promotionMargin());
    possible.clear();
    for (var was : before) {
      for (var may : Reference.allowed(was.durableTo(durable), input, traits)) {
        if (may.looksLike(after, traits) && possible.stream().noneMatch(may::tracksAs)) {
          possible.add(after.tracking(may));
        }
      }
    }
    if (possible.isEmpty()) {
      var allowed = Reference.allowed(before.getFirst().durableTo(durable), input, traits);
      throw new AssertionError(
          "%d was %s\n%s may make it %s\nnot %s"
              .formatted(id, before.getFirst(), input, allowed, after));
    }
  }

  /// How much of the log is on the disk, entry by entry.
  private long agreed(ReferenceState now) {
    long index = Math.max(now.start().index(), disk.start.last().index());
    while (index < now.last()
        && index < disk.last()
        && disk.entry(index + 1).equals(now.entry(index + 1))) {
      index++;
    }
    return index;
  }

  private ReferenceState seen() {
    var s = node().status();
    var entries = new ArrayList<Entry>();
    for (long index = s.first(); index <= s.last().index(); index++) {
      entries.add(Objects.requireNonNull(node().entry(index)));
    }
    var seen =
        new ReferenceState(
            s.role(),
            s.hardState().term(),
            s.hardState().vote(),
            s.leader(),
            start(s.first() - 1, s.last()),
            entries,
            s.hardState().committed(),
            s.applied(),
            s.configuration(),
            0,
            new TreeMap<>(),
            new TreeMap<>());
    lastSeen = seen;
    return seen;
  }

  /// The position that the log starts behind. Behind a snapshot that just came there is nothing
  /// yet.
  private LogPosition start(long index, LogPosition last) {
    var known = lastSeen;
    if (index == last.index()) {
      return last;
    }
    if (known != null && index == known.start().index()) {
      return known.start();
    }
    if (known != null && index > known.start().index() && index <= known.last()) {
      return known.entry(index).position();
    }
    return disk.start.last();
  }

  private void send(Message message) {
    oracle.sent(this, message);
    network.accept(message);
  }
}
