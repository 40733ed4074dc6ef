package io.concordkv.storage.engine.skiplist;

import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.function.Function;

/// The engine `skiplist`.
public final class SkipListProvider extends MemoryProvider {
  public SkipListProvider() {
    super("skiplist");
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    return SkipListContent::new;
  }
}
