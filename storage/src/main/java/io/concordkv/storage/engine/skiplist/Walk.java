package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in a [VersionedSkipList] that moves both ways over the keys visible at one sequence
/// number, deleted ones included.
public final class Walk {
  private final VersionedSkipList list;
  private final long sequence;
  private @Nullable Node node;
  private @Nullable Version version;

  Walk(VersionedSkipList list, long sequence) {
    this.list = list;
    this.sequence = sequence;
  }

  /// Whether it stands on a key.
  public boolean valid() {
    return node != null;
  }

  /// Goes to the first key at or above `key`.
  public void toCeiling(Bytes key) {
    node = key.isEmpty() ? list.first() : list.ceiling(key);
    forwardToVisible();
  }

  /// Goes to the last key below `key`; with null, to the very last.
  public void toLower(@Nullable Bytes key) {
    node = list.lower(key);
    backToVisible();
  }

  public void next() {
    node = Objects.requireNonNull(node).next(0);
    forwardToVisible();
  }

  public void previous() {
    node = list.before(Objects.requireNonNull(node));
    backToVisible();
  }

  public Bytes key() {
    return Objects.requireNonNull(node).key;
  }

  /// Null if the key is deleted.
  public @Nullable Bytes value() {
    return Objects.requireNonNull(version).value;
  }

  /// Of the batch that made the value.
  public long sequence() {
    return Objects.requireNonNull(version).sequence;
  }

  private void forwardToVisible() {
    for (; node != null; node = node.next(0)) {
      version = Version.visible(node.newest(), sequence);
      if (version != null) {
        return;
      }
    }
  }

  private void backToVisible() {
    for (; node != null; node = list.before(node)) {
      version = Version.visible(node.newest(), sequence);
      if (version != null) {
        return;
      }
    }
  }
}
