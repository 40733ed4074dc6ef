package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.lsm.Merge;
import io.concordkv.storage.engine.lsm.MergeCursor;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.memtable.Memtable;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A tree and what was written since, up to a moment.
final class TreeView implements View {
  private final Memtable[] deltas;
  private final long sequence;
  private final Tree tree;
  private final Consumer<Tree> letGo;
  private boolean closed;

  /// `deltas`: the newest first. Holds `tree`.
  TreeView(Memtable[] deltas, long sequence, Tree tree, Consumer<Tree> letGo) {
    this.deltas = deltas;
    this.sequence = sequence;
    this.tree = tree.retain();
    this.letGo = letGo;
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(deltas, sequence, tree, key);
  }

  static @Nullable Bytes get(Memtable[] deltas, long sequence, Tree tree, Bytes key) {
    if (deltas.length > 1 || deltas[0].keys() > 0) {
      long hash = BloomFilter.hash(key);
      for (var delta : deltas) {
        var version = delta.find(key, hash, sequence);
        if (version != null) {
          return version.value();
        }
      }
    }
    return tree.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return cursor(range, order, null);
  }

  /// A scan that closes the view when it is closed.
  Cursor scanAndClose(KeyRange range, Order order) {
    return cursor(range, order, this);
  }

  private Cursor cursor(KeyRange range, Order order, @Nullable View owned) {
    var runs = new ArrayList<Run>();
    for (var delta : deltas) {
      if (delta.keys() > 0) {
        runs.add(delta.walk(sequence));
      }
    }
    runs.add(new TreeRun(tree));
    return new MergeCursor(new Merge(runs, order), range, order, owned);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      letGo.accept(tree);
    }
  }
}
