package io.concordkv.storage.engine.array;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.List;
import java.util.function.Function;

/// The engine `array`.
public final class ArrayProvider extends MemoryProvider {
  private static final Setting MODE =
      Setting.choice(
          "mode",
          List.of("append", "sorted"),
          "append: writes are fast and the next read sorts; sorted: every write does");

  public ArrayProvider() {
    super("array", MODE);
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    boolean appends = settings.of(MODE) == 0;
    return moments -> new SortedArray(moments, appends);
  }
}
