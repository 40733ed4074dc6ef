package io.concordkv.raft;

import io.concordkv.base.Check;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The log since it was last trimmed, in memory, with its cursors.
///
/// ```text
///   start < first ...... applied <= issued <= committed ......... last
///                                 issued <= persisted <= handed <= last
/// ```
///
/// Invariants:
/// 1. Nothing at or below `committed` is ever replaced.
/// 2. `persisted` is the end of what is durable *and* still part of this log. An entry may be
///    replaced while the write that carries it is under way, and may even come back afterwards; so
///    a replacement lowers the claim of every write under way, and no write's completion can vouch
///    for what was put in place of its entries.
/// 3. Only persisted entries are issued to be applied.
final class RaftLog {
  /// Entries to be sent, and what they weigh.
  record Batch(long from, List<Entry> entries, long bytes) {}

  /// A Ready whose entries are being made durable, and the last index it can vouch for.
  private static final class Write {
    final long number;
    long last;

    Write(long number, long last) {
      this.number = number;
      this.last = last;
    }
  }

  private final ArrayDeque<Write> writes = new ArrayDeque<>(1);
  private Entry[] entries;
  private int head;
  private int size;
  private LogPosition start;
  private @Nullable SnapshotMark arrived;
  private @Nullable Batch batch;
  private long committed;
  private long applied;
  private long issued;
  private long issuedBytes;
  private long waitingBytes;
  private long handed;
  private long persisted;

  RaftLog(LogPosition start, List<Entry> stored, long committed, long applied) {
    this.start = start;
    this.entries = new Entry[Math.max(4, stored.size())];
    for (var entry : stored) {
      push(entry);
    }
    Check.that(
        applied >= start.index() && applied <= lastIndex(),
        "what is applied (%d) lies between the log's start and its end (%d)",
        applied,
        lastIndex());
    Check.that(
        committed <= lastIndex(),
        "the log does not end (%2$d) before what was committed (%1$d)",
        committed,
        lastIndex());
    this.committed = applied;
    this.applied = applied;
    this.issued = applied;
    this.handed = lastIndex();
    this.persisted = lastIndex();
    commit(committed);
  }

  long startIndex() {
    return start.index();
  }

  long lastIndex() {
    return start.index() + size;
  }

  LogPosition last() {
    return position(lastIndex());
  }

  long committed() {
    return committed;
  }

  long applied() {
    return applied;
  }

  long issued() {
    return issued;
  }

  long persisted() {
    return persisted;
  }

  /// Whether a snapshot took the log's place and is not durable yet.
  boolean resetting() {
    return persisted < start.index();
  }

  Entry entry(long index) {
    Check.that(index > startIndex() && index <= lastIndex(), "entry %d lies in the log", index, 0);
    return entries[head + (int) (index - start.index()) - 1];
  }

  /// `index` is that of an entry or of the log's start.
  LogPosition position(long index) {
    return index == start.index() ? start : entry(index).position();
  }

  long term(long index) {
    return index == start.index() ? start.term() : entry(index).term();
  }

  boolean matches(LogPosition position) {
    return position.index() >= start.index()
        && position.index() <= lastIndex()
        && term(position.index()) == position.term();
  }

  /// The last index here that may agree with a log that has `term` at `index`: terms never fall
  /// along a log, so nothing of a later term than `term` can (fast back-off). What lies before the
  /// log's start cannot be told from `index` itself.
  long candidate(long index, long term) {
    long at = Math.min(index, lastIndex());
    while (at > startIndex() && term(at) > term) {
      at--;
    }
    return at;
  }

  /// A leader's own entry.
  void append(Entry entry) {
    push(entry);
  }

  /// Takes a leader's entries behind `previous`, which matches. Only an entry that contradicts one
  /// here replaces it and what is behind it: an append that was overtaken by a later one must not
  /// cut off what that one brought.
  void accept(LogPosition previous, List<Entry> incoming) {
    Check.that(matches(previous), "entries are put behind what matches");
    int known = 0;
    long expected = previous.index() + 1;
    for (; known < incoming.size() && expected <= lastIndex(); known++, expected++) {
      var entry = incoming.get(known);
      Check.that(entry.index() == expected, "entry %d follows %d", entry.index(), expected - 1);
      if (term(expected) != entry.term()) {
        truncate(expected);
        break;
      }
    }
    for (; known < incoming.size(); known++) {
      push(incoming.get(known));
    }
  }

  void commit(long index) {
    Check.that(index <= lastIndex(), "commit %d lies within the log (%d)", index, lastIndex());
    while (committed < index) {
      waitingBytes += entry(++committed).bytes();
    }
  }

  /// What is committed and not applied weighs.
  long waitingBytes() {
    return waitingBytes;
  }

  /// Entries from `from` on, up to `maxBytes` but at least one if there is any.
  Batch batch(long from, long maxBytes) {
    if (batch != null && batch.from == from && !batch.entries.isEmpty()) {
      return batch;
    }
    long to = from;
    long bytes = 0;
    for (; to <= lastIndex(); to++) {
      bytes += entry(to).bytes();
      if (bytes > maxBytes && to > from) {
        bytes -= entry(to).bytes();
        break;
      }
    }
    batch = new Batch(from, slice(from, to), bytes);
    return batch;
  }

  boolean hasUnhanded() {
    return handed < lastIndex() || arrived != null;
  }

  /// Whether [#issue] would give anything: not while what was issued before fills `maxBytes` and is
  /// still being applied.
  boolean hasUnissued(long maxBytes) {
    return issued < Math.min(committed, persisted)
        && !resetting()
        && (issuedBytes == 0 || issuedBytes + entry(issued + 1).bytes() <= maxBytes);
  }

  /// Hands out what is to be made durable as write `number`.
  List<Entry> hand(long number) {
    var fresh = slice(handed + 1, lastIndex() + 1);
    handed = lastIndex();
    writes.add(new Write(number, handed));
    return fresh;
  }

  /// The mark of a snapshot that took the log's place, once.
  @Nullable SnapshotMark handSnapshot() {
    var mark = arrived;
    arrived = null;
    return mark;
  }

  /// Whether a write is under way.
  boolean writing() {
    return !writes.isEmpty();
  }

  /// Write `number` is durable, as all before it.
  void persisted(long number) {
    var write = writes.poll();
    Check.that(
        write != null && write.number == number, "writes become durable in order (%d)", number, 0);
    if (write != null && write.last > persisted) {
      persisted = write.last;
      issued = Math.max(issued, start.index());
      applied = Math.max(applied, start.index());
    }
  }

  /// Committed and durable entries that were not issued yet, as long as less than `maxBytes` are
  /// issued and not applied; one is always allowed.
  List<Entry> issue(long maxBytes) {
    long end = resetting() ? issued : Math.min(committed, persisted);
    long from = issued + 1;
    while (issued < end) {
      long bytes = entry(issued + 1).bytes();
      if (issuedBytes > 0 && issuedBytes + bytes > maxBytes) {
        break;
      }
      issuedBytes += bytes;
      issued++;
    }
    return slice(from, issued + 1);
  }

  /// Moves the applied cursor by one. Null if a snapshot has overtaken that entry.
  @Nullable Entry applyNext() {
    Check.that(applied < issued, "only what was issued is applied");
    if (++applied <= startIndex()) {
      return null;
    }
    var entry = entry(applied);
    issuedBytes -= entry.bytes();
    waitingBytes -= entry.bytes();
    return entry;
  }

  void trim(long index) {
    if (index <= startIndex()) {
      return;
    }
    Check.that(index <= applied, "only applied entries (%2$d) are trimmed (%1$d)", index, applied);
    var last = position(index);
    int count = (int) (index - startIndex());
    Arrays.fill(entries, head, head + count, null);
    head += count;
    size -= count;
    start = last;
    batch = null;
  }

  /// A snapshot takes the place of everything here.
  void reset(SnapshotMark mark) {
    Check.that(mark.last().index() > committed, "a snapshot goes beyond what is committed");
    Arrays.fill(entries, head, head + size, null);
    head = 0;
    size = 0;
    start = mark.last();
    arrived = mark;
    batch = null;
    committed = start.index();
    issuedBytes = 0;
    waitingBytes = 0;
    handed = start.index();
    replaced(0);
  }

  private void truncate(long from) {
    Check.that(
        from > committed, "what is committed (%2$d) is never replaced (%1$d)", from, committed);
    int kept = (int) (from - start.index()) - 1;
    Arrays.fill(entries, head + kept, head + size, null);
    size = kept;
    batch = null;
    handed = Math.min(handed, lastIndex());
    replaced(lastIndex());
  }

  /// No write, done or under way, vouches for anything behind `last` any more.
  private void replaced(long last) {
    persisted = Math.min(persisted, last);
    for (var write : writes) {
      write.last = Math.min(write.last, last);
    }
  }

  private void push(Entry entry) {
    Check.that(entry.index() == lastIndex() + 1, "entry %d follows %d", entry.index(), lastIndex());
    Check.that(
        entry.term() >= term(lastIndex()), "terms never fall along a log (%d)", entry.index(), 0);
    if (head + size == entries.length) {
      makeRoom();
    }
    entries[head + size++] = entry;
    batch = null;
  }

  private void makeRoom() {
    if (size > entries.length / 2) {
      entries = Arrays.copyOfRange(entries, head, head + entries.length * 2);
    } else {
      System.arraycopy(entries, head, entries, 0, size);
      Arrays.fill(entries, size, entries.length, null);
    }
    head = 0;
  }

  private List<Entry> slice(long from, long to) {
    if (from >= to) {
      return List.of();
    }
    int at = head + (int) (from - start.index()) - 1;
    return List.copyOf(Arrays.asList(entries).subList(at, at + (int) (to - from)));
  }
}
