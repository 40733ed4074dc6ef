package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class MemoryTreeTest extends MemoryContract {
  MemoryTreeTest() {
    super("bplustree-memory", Map.of("order", "4"));
  }
}
