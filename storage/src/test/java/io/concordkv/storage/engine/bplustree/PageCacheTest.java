package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PageCacheTest {
  private static final int PAGE_BYTES = 1000;
  private static final int CHARGE = PAGE_BYTES + PageCache.OVERHEAD_BYTES;

  private final PageCache cache = new PageCache(10 * CHARGE);

  @Test
  void it_never_holds_more_than_its_bytes() {
    for (int unit = 1; unit < 5000; unit += 3) {
      cache.put(page(unit, 0, 1), unit % 2 == 0);
      assertThat(cache.bytes()).isLessThanOrEqualTo(10 * CHARGE);
    }
    assertThat(cache.bytes()).isEqualTo(10 * CHARGE);
  }

  @Test
  void a_page_that_is_wanted_again_outlives_a_scan() {
    cache.put(page(1, 0, 1), true);
    for (int unit = 2; unit < 200; unit++) {
      cache.put(page(unit, 0, 1), false);
      if (unit % 5 == 0) {
        assertThat(get(1, 1)).as("unit %d", unit).isNotNull();
      }
    }
  }

  @Test
  void a_branch_outlives_leaves_that_are_wanted_once() {
    cache.put(page(1, 1, 1), true);
    for (int unit = 2; unit < 30; unit++) {
      cache.put(page(unit, 0, 1), true);
    }
    assertThat(get(1, 1)).isNotNull();
    assertThat(get(2, 1)).isNull();
  }

  @Test
  void a_page_of_another_generation_is_not_found_and_makes_room() {
    cache.put(page(1, 0, 1), true);
    assertThat(get(1, 2)).isNull();
    cache.put(page(1, 0, 2), true);
    assertThat(get(1, 1)).isNull();
    assertThat(get(1, 2)).isNotNull();
    assertThat(cache.bytes()).isEqualTo(CHARGE);
    cache.remove(PageFormat.place(1, 1));
    assertThat(get(1, 2)).isNull();
    assertThat(cache.bytes()).isZero();
  }

  @Test
  void a_closed_cache_holds_nothing() {
    cache.put(page(1, 0, 1), true);
    cache.close();
    assertThat(cache.bytes()).isZero();
    cache.put(page(2, 0, 1), true);
    assertThat(cache.bytes()).isZero();
  }

  private @Nullable Page get(long unit, long generation) {
    return cache.get(PageFormat.place(unit, 1), generation, true);
  }

  private static Page page(long unit, int level, long generation) {
    var data = new byte[PAGE_BYTES];
    long place = PageFormat.place(unit, 1);
    int type = level == 0 ? PageFormat.LEAF : PageFormat.BRANCH;
    PageFormat.seal(data, type, level, 0, 0, new PageFormat.Position(1, place), generation);
    return new Page(data, place);
  }
}
