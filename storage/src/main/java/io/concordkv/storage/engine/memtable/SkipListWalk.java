package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in a [VersionedSkipList].
final class SkipListWalk implements VersionedRun {
  private final VersionedSkipList list;
  private final long sequence;
  private @Nullable Node node;
  private @Nullable Link version;

  SkipListWalk(VersionedSkipList list, long sequence) {
    this.list = list;
    this.sequence = sequence;
  }

  @Override
  public boolean valid() {
    return node != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    node = key.isEmpty() ? list.first() : list.ceiling(key);
    forwardToVisible();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    node = list.lower(key);
    backToVisible();
  }

  @Override
  public void next() {
    node = Objects.requireNonNull(node).next(0);
    forwardToVisible();
  }

  @Override
  public void previous() {
    node = list.before(Objects.requireNonNull(node));
    backToVisible();
  }

  @Override
  public Bytes key() {
    return Objects.requireNonNull(node).key;
  }

  @Override
  public @Nullable Bytes value() {
    return Objects.requireNonNull(version).value;
  }

  @Override
  public long sequence() {
    return Objects.requireNonNull(version).sequence;
  }

  private void forwardToVisible() {
    for (; node != null; node = node.next(0)) {
      version = Link.visible(node.newest(), sequence);
      if (version != null) {
        return;
      }
    }
  }

  private void backToVisible() {
    for (; node != null; node = list.before(node)) {
      version = Link.visible(node.newest(), sequence);
      if (version != null) {
        return;
      }
    }
  }
}
