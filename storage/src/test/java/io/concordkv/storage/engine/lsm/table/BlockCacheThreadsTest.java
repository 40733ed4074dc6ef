package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.testkit.Gen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Real threads put and get blocks, more of them than there is room for. A block says of which
/// table and place it is, so what is found is that or wrong.
final class BlockCacheThreadsTest {
  private static final int THREADS = 4;
  private static final int TURNS = 60_000;
  private static final int TABLES = 3;
  private static final int PLACES = 200;
  private static final int BLOCK_BYTES = 64;
  private static final long ROOM_BYTES = 8 * 1500;

  @Test
  void what_is_found_is_what_was_put_there_and_never_more_than_there_is_room_for()
      throws Exception {
    var cache = new BlockCache(ROOM_BYTES);
    try (var pool = Executors.newFixedThreadPool(THREADS)) {
      var turns = new ArrayList<Future<Long>>();
      for (int thread = 0; thread < THREADS; thread++) {
        var gen = new Gen(thread + 1L);
        turns.add(pool.submit(() -> turns(cache, gen)));
      }
      long found = 0;
      for (var turn : turns) {
        found += turn.get();
      }
      assertThat(found).isPositive().isEqualTo(cache.hits());
      assertThat(cache.hits() + cache.misses()).isEqualTo((long) THREADS * TURNS);
      assertThat(cache.bytes()).isPositive().isLessThanOrEqualTo(ROOM_BYTES);
      assertThat(found(cache)).isEqualTo(cache.bytes());
    }
  }

  /// What the blocks take that are found: all that are there.
  private static long found(BlockCache cache) {
    long bytes = 0;
    for (long table = 0; table < TABLES; table++) {
      for (int place = 0; place < PLACES; place++) {
        var block = cache.get(table, 1000L * place);
        bytes += block == null ? 0 : block.charge();
      }
    }
    return bytes;
  }

  /// How often a block was found.
  private static long turns(BlockCache cache, Gen gen) {
    long found = 0;
    for (int i = 0; i < TURNS; i++) {
      long table = gen.below(TABLES);
      long offset = 1000L * gen.below(PLACES);
      var block = cache.get(table, offset);
      if (block == null) {
        var data = ByteBuffer.allocate(BLOCK_BYTES).putLong(table).putLong(offset).array();
        cache.put(table, offset, Block.ofBytes(data));
        continue;
      }
      found++;
      var data = ByteBuffer.wrap(block.data);
      if (data.getLong() != table || data.getLong() != offset) {
        throw new AssertionError("a block of another place is at " + table + "/" + offset);
      }
      if (cache.bytes() > ROOM_BYTES) {
        throw new AssertionError(cache.bytes() + " bytes are in the cache");
      }
    }
    return found;
  }
}
