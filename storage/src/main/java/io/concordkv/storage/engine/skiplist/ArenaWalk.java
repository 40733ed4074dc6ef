package io.concordkv.storage.engine.skiplist;

import static io.concordkv.storage.engine.skiplist.OffHeap.NOWHERE;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.Walk;
import org.jspecify.annotations.Nullable;

/// A place in an [ArenaSkipList] among the values that a reader at one moment sees.
final class ArenaWalk implements Walk {
  private final ArenaSkipList list;
  private final long number;
  private int node = NOWHERE;
  private int version = NOWHERE;

  /// The key of the node, once somebody asked.
  private @Nullable Bytes key;

  ArenaWalk(ArenaSkipList list, long number) {
    this.list = list;
    this.number = number;
  }

  @Override
  public boolean valid() {
    return node != NOWHERE;
  }

  @Override
  public void toCeiling(Bytes from) {
    forward(from.isEmpty() ? list.first() : list.ceiling(from));
  }

  @Override
  public void toLower(@Nullable Bytes to) {
    back(list.lower(to));
  }

  @Override
  public void next() {
    forward(list.next(node));
  }

  @Override
  public void previous() {
    back(list.previous(node));
  }

  @Override
  public Bytes key() {
    var known = key;
    if (known == null) {
      known = list.key(node);
      key = known;
    }
    return known;
  }

  @Override
  public Bytes value() {
    return list.value(version);
  }

  private void forward(int first) {
    key = null;
    node = first;
    while (node != NOWHERE) {
      version = list.visible(node, number);
      if (version != NOWHERE) {
        return;
      }
      node = list.next(node);
    }
  }

  private void back(int last) {
    key = null;
    node = last;
    while (node != NOWHERE) {
      version = list.visible(node, number);
      if (version != NOWHERE) {
        return;
      }
      node = list.previous(node);
    }
  }
}
