package io.concordkv.storage.engine.bplustree;

import io.concordkv.stress.Stress;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/// A page says itself at which unit it lies and of which generation it is.
final class PageCacheStressTest {
  private static final int PAGE_BYTES = 100;
  private static final int ROOM = 4 * (PAGE_BYTES + PageCache.OVERHEAD_BYTES);
  private static final int FAR = 100_000;

  @Test
  void what_is_found_is_what_was_put_there_and_no_more_than_there_is_room_for() {
    Stress.real(
        Shared.class,
        Model.class,
        "put 1 | put 2, put 3, put 4 | get 1, get 2, get 3 | put 5, put 6, remove 1",
        "putNext 1 | put 1, putNext 1 | get 1, getNext 1 | remove 1, put 2, putNext 1",
        "put 1 | putFar 1, putFar 2 | get 1, getFar 1, getFar 2 | putFar 3, bytes, close");
  }

  @Param(name = "unit", gen = IntGen.class, conf = "1:6")
  public static final class Shared {
    private final PageCache cache = new PageCache(ROOM);

    @Operation
    public boolean put(@Param(name = "unit") int unit) {
      return put(unit, 1);
    }

    @Operation
    public boolean putNext(@Param(name = "unit") int unit) {
      return put(unit, 2);
    }

    @Operation
    public boolean putFar(@Param(name = "unit") int unit) {
      return put(unit * FAR, 1);
    }

    @Operation
    public boolean get(@Param(name = "unit") int unit) {
      return get(unit, 1);
    }

    @Operation
    public boolean getNext(@Param(name = "unit") int unit) {
      return get(unit, 2);
    }

    @Operation
    public boolean getFar(@Param(name = "unit") int unit) {
      return get(unit * FAR, 1);
    }

    @Operation
    public boolean remove(@Param(name = "unit") int unit) {
      cache.remove(PageFormat.place(unit, 1));
      return true;
    }

    @Operation
    public boolean bytes() {
      return cache.bytes() <= ROOM;
    }

    @Operation
    public boolean close() {
      cache.close();
      return cache.bytes() == 0;
    }

    private boolean put(int unit, long generation) {
      var data = new byte[PAGE_BYTES];
      PageFormat.LONG.set(data, PageFormat.GENERATION_AT, generation);
      PageFormat.INT.set(data, PageFormat.PREFIX_AT, unit);
      cache.put(new Page(data, PageFormat.place(unit, 1)), true);
      return cache.bytes() <= ROOM;
    }

    private boolean get(int unit, long generation) {
      var page = cache.get(PageFormat.place(unit, 1), generation, true);
      return page == null
          || (page.generation == generation
              && (int) PageFormat.INT.get(page.data, PageFormat.PREFIX_AT) == unit);
    }
  }

  /// A cache may know something or not, but nothing wrong.
  public static final class Model {
    public boolean put(int unit) {
      return true;
    }

    public boolean putNext(int unit) {
      return true;
    }

    public boolean putFar(int unit) {
      return true;
    }

    public boolean get(int unit) {
      return true;
    }

    public boolean getNext(int unit) {
      return true;
    }

    public boolean getFar(int unit) {
      return true;
    }

    public boolean remove(int unit) {
      return true;
    }

    public boolean bytes() {
      return true;
    }

    public boolean close() {
      return true;
    }
  }
}
