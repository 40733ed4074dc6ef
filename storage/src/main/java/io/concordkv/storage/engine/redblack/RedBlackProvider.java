package io.concordkv.storage.engine.redblack;

import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.function.Function;

/// The engine `redblack`.
public final class RedBlackProvider extends MemoryProvider {
  public RedBlackProvider() {
    super("redblack");
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    return RedBlackTree::new;
  }
}
