package io.concordkv.storage.engine.bplustree;

/// Options under which a few hundred small pairs make a tree of several levels.
public final class TinyTrees {
  public static final BPlusTreeOptions SMALL =
      new BPlusTreeOptions(256, 2, 1, 4 << 10, 3, 16 << 10);
  public static final BPlusTreeOptions NO_CACHE = new BPlusTreeOptions(128, 1, 1, 1 << 10, 2, 0);
  public static final BPlusTreeOptions WIDE = new BPlusTreeOptions(512, 8, 4, 2 << 10, 1, 64 << 10);

  private TinyTrees() {}
}
