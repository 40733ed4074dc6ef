package io.concordkv.storage.engine.hash;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class HashEngineTest extends MemoryContract {
  HashEngineTest() {
    super("hash", Map.of("page-slots", "8"));
  }
}
