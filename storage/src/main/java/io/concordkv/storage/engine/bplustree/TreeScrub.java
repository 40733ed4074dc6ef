package io.concordkv.storage.engine.bplustree;

import io.concordkv.storage.engine.Scrub;
import java.util.Arrays;
import java.util.function.Consumer;

/// Reads all pages of a tree past the cache, from the root down.
final class TreeScrub implements Scrub {
  private final Tree tree;
  private final Consumer<Tree> letGo;

  /// Places and generations of pages still to be read.
  private long[] waiting = new long[64];

  private int size;
  private boolean begun;
  private boolean closed;

  /// Holds `tree` until it is closed.
  TreeScrub(Tree tree, Consumer<Tree> letGo) {
    this.tree = tree.retain();
    this.letGo = letGo;
  }

  @Override
  public long step(long bytes) {
    long read = 0;
    if (!begun) {
      begun = true;
      tree.file.checkHead();
      read += Head.SLOTS_BYTES;
      push(tree.head.root(), tree.head.rootGeneration());
      push(tree.head.space(), tree.head.spaceGeneration());
    }
    while (read < bytes && size > 0 && !tree.file.isStopped()) {
      size -= 2;
      var page = tree.file.read(waiting[size], waiting[size + 1]);
      read += page.data.length;
      for (int i = page.count - 1; i >= 0; i--) {
        if (page.type == PageFormat.BRANCH) {
          push(page.childPlace(i), page.childGeneration(i));
        } else if (page.type == PageFormat.LEAF && page.isLarge(i)) {
          push(page.largePlace(i), page.largeGeneration(i));
        }
      }
    }
    return read;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      letGo.accept(tree);
    }
  }

  private void push(long place, long generation) {
    if (place == PageFormat.NOWHERE) {
      return;
    }
    if (size + 2 > waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * waiting.length);
    }
    waiting[size++] = place;
    waiting[size++] = generation;
  }
}
