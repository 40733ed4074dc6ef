package io.concordkv.storage.engine.array;

import io.concordkv.storage.engine.memory.MemoryContract;
import java.util.Map;

final class ArrayEngineTest extends MemoryContract {
  ArrayEngineTest() {
    super("array", Map.of("mode", "append"));
  }
}
