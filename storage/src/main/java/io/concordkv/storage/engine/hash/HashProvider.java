package io.concordkv.storage.engine.hash;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.function.Function;

/// The engine `hash`.
public final class HashProvider extends MemoryProvider {
  private static final Setting PAGE =
      Setting.number("page-slots", 8, 1 << 16, 512, "with so many slots a page splits");

  public HashProvider() {
    super("hash", PAGE);
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    int slots = settings.intOf(PAGE);
    return moments -> new HashTable(moments, slots);
  }
}
