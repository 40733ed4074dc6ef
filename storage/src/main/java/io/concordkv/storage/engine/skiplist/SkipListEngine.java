package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineSizes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// An engine in memory. There is no medium that a crash could take something back from, so what is
/// written is as durable as it gets: both marks are always equal.
///
/// Every batch has a sequence number; a view reads at that of the newest batch when it was taken.
/// What was superseded or deleted is dropped at once when no view is open, and otherwise when the
/// last view that may see it has been closed, a few keys with every write.
public final class SkipListEngine implements Engine {
  /// How much a single write tidies up, in keys beside the number of its own changes.
  private static final int TRIMS_PER_WRITE = 4;

  private record Superseded(Bytes key, long sequence) {}

  private final ArrayDeque<ListView> views = new ArrayDeque<>();
  private final ArrayDeque<Superseded> superseded = new ArrayDeque<>();
  private VersionedSkipList list = new VersionedSkipList();
  private int viewsToSweep = 16;
  private long sequence;
  private long mark;
  private boolean closed;

  private SkipListEngine() {}

  public static Engine open() {
    return new SkipListEngine();
  }

  @Override
  public void write(WriteBatch batch) {
    Check.that(!closed, "a closed engine is not written");
    sequence++;
    long oldest = oldestView();
    var changes = batch.changes();
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> change(key, value, oldest);
        case WriteBatch.Change.Delete(var key) -> change(key, null, oldest);
      }
    }
    mark = batch.mark() == 0 ? mark : batch.mark();
    trim(oldest, changes.size() + TRIMS_PER_WRITE);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var version = list.find(key, sequence);
    return version == null ? null : version.value;
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return newView().scanAndClose(range, order);
  }

  @Override
  public View view() {
    return newView();
  }

  @Override
  public void sync() {}

  @Override
  public void flush() {}

  @Override
  public Replacement replacement() {
    return new ListReplacement();
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    list = ((ListReplacement) replacement).take();
    this.mark = mark;
    // The views that are open read the old list, which nobody changes any more.
    views.clear();
    superseded.clear();
    done.run();
  }

  @Override
  public long durableMark() {
    return mark;
  }

  @Override
  public long mark() {
    return mark;
  }

  @Override
  public boolean stalled() {
    return false;
  }

  @Override
  public long count() {
    return list.live();
  }

  @Override
  public EngineSizes sizes() {
    return new EngineSizes(list.bytes(), 0, 0);
  }

  /// There is nothing on the disk.
  @Override
  public void close() {
    closed = true;
  }

  private ListView newView() {
    if (views.size() >= viewsToSweep) {
      views.removeIf(ListView::isClosed);
      viewsToSweep = 16 + 2 * views.size();
    }
    var view = new ListView(list, sequence);
    views.addLast(view);
    return view;
  }

  private void change(Bytes key, @Nullable Bytes value, long oldest) {
    if (list.put(key, value, sequence, oldest)) {
      superseded.addLast(new Superseded(key, sequence));
    }
  }

  /// The sequence number below which nobody reads.
  private long oldestView() {
    while (!views.isEmpty() && views.getFirst().isClosed()) {
      views.removeFirst();
    }
    return views.isEmpty() ? sequence : views.getFirst().sequence;
  }

  private void trim(long oldest, int budget) {
    for (int i = 0; i < budget && !superseded.isEmpty(); i++) {
      if (superseded.getFirst().sequence() > oldest) {
        return;
      }
      list.trim(superseded.removeFirst().key(), oldest);
    }
  }
}
