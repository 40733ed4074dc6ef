package io.concordkv.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A member with a disk of its own and a driver that does what [Ready] asks for, when it is told
/// to.
final class TestMember {
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
  long checkedCommit;
  long checkedTerm;
  boolean suspect;

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
    oracle.checkLog(this);
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
    node().persisted(ready);
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
    node().applied(last.index());
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

  private void send(Message message) {
    oracle.sent(this, message);
    network.accept(message);
  }
}
