package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The content of a file as of one checkpoint. Any thread reads it while it is held.
final class Tree {
  final TreeFile file;
  final Head head;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// Held once, by whom made it.
  Tree(TreeFile file, Head head) {
    this.file = file;
    this.head = head;
    file.space.begin(head.generation());
  }

  Tree retain() {
    holders.incrementAndGet();
    return this;
  }

  /// Whether nobody holds it any more.
  boolean release() {
    return holders.decrementAndGet() == 0;
  }

  boolean isEmpty() {
    return head.root() == PageFormat.NOWHERE;
  }

  Page root(boolean used) {
    return file.page(head.root(), head.rootGeneration(), PageFormat.ON_ANY_LEVEL, used);
  }

  @Nullable Bytes get(Bytes key) {
    if (isEmpty()) {
      return null;
    }
    var page = root(true);
    while (!page.isLeaf()) {
      int child = page.childFor(key);
      page = file.page(page.childPlace(child), page.childGeneration(child), page.level - 1, true);
    }
    file.wanted();
    int index = page.find(key);
    return index < 0 ? null : file.value(page, index, true);
  }
}
