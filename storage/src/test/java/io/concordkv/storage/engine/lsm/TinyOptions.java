package io.concordkv.storage.engine.lsm;

/// Options under which a few hundred small pairs pass through memtables, blocks and levels.
public final class TinyOptions {
  public static final LsmOptions COMPRESSED =
      new LsmOptions(4 << 10, 3, 256, 10, 2, 4 << 10, 3, 2 << 10, 16 << 10, true);
  public static final LsmOptions PLAIN =
      new LsmOptions(2 << 10, 2, 64, 10, 2, 2 << 10, 2, 1 << 10, 1 << 10, false);
  public static final LsmOptions NO_FILTER =
      new LsmOptions(1 << 10, 1, 1 << 10, 0, 1, 8 << 10, 10, 4 << 10, 0, true);
  public static final LsmOptions ONE_KEY_BLOCKS =
      new LsmOptions(1 << 10, 4, 1, 4, 3, 1 << 10, 4, 256, 64 << 10, false);

  private TinyOptions() {}
}
