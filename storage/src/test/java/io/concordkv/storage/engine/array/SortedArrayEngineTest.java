package io.concordkv.storage.engine.array;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class SortedArrayEngineTest extends MemoryContract {
  SortedArrayEngineTest() {
    super("array", Map.of("mode", "sorted"));
  }
}
