package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.Walk;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Pairs in a skip list of versions outside of the heap. What was superseded or deleted is removed
/// at once when no moment is open, and otherwise when the last moment that may see it is over, a
/// few keys with every write.
final class SkipListContent implements Content {
  /// How much a single write tidies up, in keys beside the number of its own changes.
  private static final int TRIMS_PER_WRITE = 4;

  private record Superseded(Bytes key, long number) {}

  private final Moments moments;
  private ArenaSkipList list;
  private ArrayDeque<Superseded> superseded = new ArrayDeque<>();
  private int changes;

  SkipListContent(Moments moments) {
    this.moments = moments;
    list = new ArenaSkipList(moments);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(list, key, moments.now());
  }

  @Override
  public void put(Bytes key, Bytes value) {
    change(key, value);
  }

  @Override
  public void delete(Bytes key) {
    change(key, null);
  }

  @Override
  public Frozen freeze(Moment moment) {
    var frozen = list;
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return SkipListContent.get(frozen, key, moment.number());
      }

      @Override
      public Walk walk(KeyRange range) {
        return new ArenaWalk(frozen, moment.number());
      }
    };
  }

  @Override
  public void tidy() {
    trim(changes + TRIMS_PER_WRITE);
    changes = 0;
    list.collect();
  }

  /// Copies what counts: memory goes back to the system only with a whole list. Whoever reads an
  /// earlier moment keeps the old one.
  @Override
  public void reclaim() {
    var copy = new ArenaSkipList(moments);
    for (int node = list.first(); node != OffHeap.NOWHERE; node = list.next(node)) {
      int version = list.visible(node, moments.now());
      if (version != OffHeap.NOWHERE) {
        copy.put(list.key(node), list.value(version));
      }
    }
    list = copy;
    superseded = new ArrayDeque<>();
  }

  @Override
  public long count() {
    return list.live();
  }

  @Override
  public long bytes() {
    return list.bytes();
  }

  @Override
  public void validate() {
    list.validate();
  }

  private static @Nullable Bytes get(ArenaSkipList list, Bytes key, long number) {
    int version = list.find(key, number);
    return version == OffHeap.NOWHERE ? null : list.value(version);
  }

  private void change(Bytes key, @Nullable Bytes value) {
    changes++;
    if (list.put(key, value)) {
      superseded.addLast(new Superseded(key.detached(), moments.now()));
    }
  }

  private void trim(int budget) {
    long oldest = Math.min(moments.oldest(), moments.now());
    for (int i = 0; i < budget && !superseded.isEmpty(); i++) {
      if (superseded.getFirst().number() > oldest) {
        return;
      }
      list.trim(superseded.removeFirst().key());
    }
  }
}
