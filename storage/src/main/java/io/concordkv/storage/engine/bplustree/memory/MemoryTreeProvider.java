package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.MemoryProvider;
import io.concordkv.storage.engine.memory.Moments;
import java.util.function.Function;

/// The engine `bplustree-memory`.
public final class MemoryTreeProvider extends MemoryProvider {
  private static final Setting ORDER =
      Setting.number("order", 3, 1000, 100, "how many pairs or children a page has at most");

  public MemoryTreeProvider() {
    super("bplustree-memory", ORDER);
  }

  /// Contents that are trees of this order.
  public static Function<Moments, Content> trees(int order) {
    return moments -> new Tree(moments, order);
  }

  @Override
  protected Function<Moments, Content> contents(Settings settings) {
    return trees(settings.intOf(ORDER));
  }
}
