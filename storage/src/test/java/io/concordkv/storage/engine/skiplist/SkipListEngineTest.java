package io.concordkv.storage.engine.skiplist;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class SkipListEngineTest extends MemoryContract {
  SkipListEngineTest() {
    super("skiplist", Map.of());
  }
}
