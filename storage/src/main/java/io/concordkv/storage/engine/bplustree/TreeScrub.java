package io.concordkv.storage.engine.bplustree;

import io.concordkv.storage.engine.Scrub;
import java.util.Arrays;
import java.util.function.Consumer;

/// Reads all pages of a tree past the cache, from the root down.
final class TreeScrub implements Scrub {
  private final Tree tree;
  private final Consumer<Tree> letGo;

  /// Place, generation and kind of each page still to be read.
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
      push(tree.head.root(), tree.head.rootGeneration(), PageFormat.ON_ANY_LEVEL);
      push(tree.head.space(), tree.head.spaceGeneration(), PageFormat.OF_UNITS);
    }
    while (read < bytes && size > 0 && !tree.file.isStopped()) {
      size -= 3;
      var page = tree.file.read(waiting[size], waiting[size + 1], (int) waiting[size + 2]);
      read += page.data.length;
      for (int i = page.count - 1; i >= 0; i--) {
        if (page.type == PageFormat.BRANCH) {
          push(page.childPlace(i), page.childGeneration(i), page.level - 1);
        } else if (page.type == PageFormat.LEAF && page.isLarge(i)) {
          push(page.largePlace(i), page.largeGeneration(i), PageFormat.OF_A_VALUE);
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

  private void push(long place, long generation, int kind) {
    if (place == PageFormat.NOWHERE) {
      return;
    }
    if (size + 3 > waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * waiting.length);
    }
    waiting[size++] = place;
    waiting[size++] = generation;
    waiting[size++] = kind;
  }
}
