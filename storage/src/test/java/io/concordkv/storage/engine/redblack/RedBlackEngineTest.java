package io.concordkv.storage.engine.redblack;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class RedBlackEngineTest extends MemoryContract {
  RedBlackEngineTest() {
    super("redblack", Map.of());
  }
}
