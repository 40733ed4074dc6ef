package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in a [PackedMap]: a leaf as it was when the walk came to it, whose keys lie between two
/// separators.
final class PackedWalk implements VersionedRun {
  private final PackedMap map;
  private final Arena arena;
  private final long sequence;
  private @Nullable PackedLeaf leaf;
  private byte[] order = new byte[1];
  private int count;
  private int place;
  private int version;

  /// The first key that is no longer in the leaf; null if there is none.
  private @Nullable Bytes above;

  /// Where the leaf begins; null if nothing lies before it.
  private @Nullable Bytes below;

  PackedWalk(PackedMap map, long sequence) {
    this.map = map;
    this.arena = map.arena;
    this.sequence = sequence;
  }

  @Override
  public boolean valid() {
    return leaf != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    enter(key, false);
    int found = current().find(order, count, key);
    place = found < 0 ? ~found : found;
    forwardToVisible();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    enter(key, true);
    if (key == null) {
      place = count - 1;
    } else {
      int found = current().find(order, count, key);
      place = (found < 0 ? ~found : found) - 1;
    }
    backToVisible();
  }

  @Override
  public void next() {
    place++;
    forwardToVisible();
  }

  @Override
  public void previous() {
    place--;
    backToVisible();
  }

  @Override
  public Bytes key() {
    return arena.key(version);
  }

  @Override
  public @Nullable Bytes value() {
    return arena.value(version);
  }

  @Override
  public long sequence() {
    return arena.sequence(version);
  }

  /// Goes to the leaf of `key`, or, if `lower`, to that of the keys just below it; null stands
  /// above all keys.
  private void enter(@Nullable Bytes key, boolean lower) {
    above = null;
    below = null;
    var page = map.root();
    while (page instanceof PackedInner inner) {
      int last = inner.size() - 1;
      int child = key == null ? last : lower ? inner.findBelow(key) : inner.find(key);
      if (child > 0) {
        below = inner.separator(child);
      }
      if (child < last) {
        above = inner.separator(child + 1);
      }
      page = inner.child(child);
    }
    leaf = (PackedLeaf) page;
    order = current().order();
    count = PackedLeaf.count(order);
  }

  private void forwardToVisible() {
    while (true) {
      for (; place < count; place++) {
        version = arena.visible(current().newest(order, place), sequence);
        if (version != Arena.NONE) {
          return;
        }
      }
      var next = above;
      if (next == null) {
        leaf = null;
        return;
      }
      enter(next, false);
      int found = current().find(order, count, next);
      place = found < 0 ? ~found : found;
    }
  }

  private void backToVisible() {
    while (true) {
      for (; place >= 0; place--) {
        version = arena.visible(current().newest(order, place), sequence);
        if (version != Arena.NONE) {
          return;
        }
      }
      var end = below;
      if (end == null) {
        leaf = null;
        return;
      }
      enter(end, true);
      int found = current().find(order, count, end);
      place = (found < 0 ? ~found : found) - 1;
    }
  }

  private PackedLeaf current() {
    return Objects.requireNonNull(leaf);
  }
}
