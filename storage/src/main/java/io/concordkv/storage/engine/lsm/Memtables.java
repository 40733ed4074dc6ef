package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.memtable.Memtable;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What was written and is not in tables yet: the memtable that is written and, behind it, those
/// that wait to be flushed; and up to which mark there is anything, in memory and in tables.
/// Belongs to the loop.
final class Memtables {
  private final MemtableOptions options;

  /// The newest first; only that one is written. A view keeps the array of its moment.
  private Memtable[] all;

  private long sequence;
  private long mark;
  private long durableMark;

  Memtables(MemtableOptions options, long durableMark) {
    this.options = options;
    this.all = new Memtable[0];
    restart(durableMark);
  }

  void write(WriteBatch batch) {
    sequence = all[0].write(batch, sequence + 1);
    mark = all[0].mark();
  }

  /// The number of the newest batch, and its mark.
  long sequence() {
    return sequence;
  }

  long mark() {
    return mark;
  }

  long durableMark() {
    return durableMark;
  }

  /// How many there are besides the one that is written.
  int waiting() {
    return all.length - 1;
  }

  boolean areFull() {
    return waiting() >= options.most();
  }

  boolean isActiveFull() {
    return all[0].isFull(options.bytes());
  }

  /// Whether something was written since the last switch.
  boolean isDirty() {
    long before = waiting() > 0 ? all[1].mark() : durableMark;
    return !all[0].isEmpty() || all[0].mark() != before;
  }

  /// Whether all that was written is in tables.
  boolean areSettled() {
    return waiting() == 0 && !isDirty();
  }

  /// What is written from now on goes to a new one.
  void switchOver() {
    all = options.create(mark, sequence).ahead(all);
  }

  /// The one that is flushed next.
  Memtable oldest() {
    return all[all.length - 1];
  }

  /// The oldest is in a table. Returns the number of the last batch that is.
  long flushed() {
    var gone = oldest();
    all = Arrays.copyOf(all, all.length - 1);
    durableMark = gone.mark();
    return areSettled() ? sequence : gone.sequence();
  }

  /// Everything is in tables, up to `durable`.
  void restart(long durable) {
    mark = durable;
    durableMark = durable;
    all = new Memtable[] {options.create(mark, sequence)};
  }

  /// Tables came in above everything that was written, which is durable.
  void tookIn(long newMark) {
    mark = Math.max(mark, newMark);
    durableMark = mark;
    all[0].wrote(sequence, mark);
  }

  @Nullable Bytes get(Levels levels, Bytes key) {
    return LsmView.get(all, all[0].ranges(), sequence, levels, key);
  }

  LsmView view(Levels levels, Consumer<Levels> letGo) {
    return new LsmView(all, sequence, levels, letGo);
  }

  /// How many pairs there are with these `levels` below, about.
  long count(Levels levels) {
    long changed = Arrays.stream(all).mapToLong(Memtable::growth).sum();
    var above = Arrays.stream(all).map(each -> each.ranges().united()).toList();
    return Math.max(0, levels.count(above) + changed);
  }

  long bytes() {
    return Arrays.stream(all).mapToLong(Memtable::bytes).sum();
  }

  /// How much more waits than should, from 0 to 1, where the writer had better be stopped. One that
  /// waits is as it should be.
  ///
  /// @param flushed how much of the oldest is in a table
  double pressure(double flushed) {
    double full = (double) all[0].bytes() / options.bytes();
    double memory = waiting() == 0 ? 0 : waiting() + full - flushed;
    double half = options.most() / 2.0;
    return (memory - half) / half;
  }
}
