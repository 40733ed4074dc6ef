package io.concordkv.storage.engine;

import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.function.Function;

/// An engine that somebody else brings, as the tests do here by their own service file.
public final class ForeignProvider extends MemoryProvider {
  public ForeignProvider() {
    super("foreign", Setting.number("limit", 1, 10, 5, "says nothing"));
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    return TreeMapContent::new;
  }
}
