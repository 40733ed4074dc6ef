package io.concordkv.storage.engine.lsm.table;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.stress.Stress;
import org.junit.jupiter.api.Test;

final class BlockCacheStressTest {
  private static final int PLACES = 3;

  @Test
  void what_is_found_is_what_was_put_there_and_no_more_than_there_is_room_for() {
    var blocks = new Block[PLACES];
    for (int i = 0; i < PLACES; i++) {
      blocks[i] = Block.ofBytes(new byte[] {(byte) i});
    }
    // One block for each part of the cache.
    long room = 8L * blocks[0].charge();
    Stress.told(() -> {
      var cache = shared(new BlockCache(room));
      together(() -> use(cache, blocks, 0, 1), () -> use(cache, blocks, 0, 2));
      Check.that(cache.bytes() <= room, "there is room for all");
      Check.that(cache.hits() + cache.misses() == 4, "who asks is counted");
    });
  }

  private static void use(BlockCache cache, Block[] blocks, int first, int second) {
    cache.put(1, first, blocks[first]);
    for (int place : new int[] {second, first}) {
      var found = cache.get(1, place);
      Check.that(found == null || found == blocks[place], "a block is found at its own place");
      cache.put(1, place, blocks[place]);
    }
  }
}
