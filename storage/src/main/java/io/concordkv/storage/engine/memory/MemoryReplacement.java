package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.InvariantError;
import io.concordkv.storage.engine.Replacement;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A content that is filled beside the living one.
final class MemoryReplacement implements Replacement {
  final Moments moments = new Moments();
  private @Nullable Content content;
  private @Nullable Bytes last;
  private boolean sealed;

  MemoryReplacement(Function<Moments, Content> empty) {
    content = empty.apply(moments);
  }

  @Override
  public void add(Bytes key, Bytes value) {
    Check.that(!sealed && content != null, "nothing is added to a sealed replacement");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a replacement ascend");
    last = key;
    if (content != null) {
      content.append(key, value);
    }
  }

  @Override
  public void seal() {
    sealed = true;
  }

  @Override
  public void abandon() {
    content = null;
  }

  /// It belongs to the engine from now on.
  Content take() {
    var taken = content;
    if (taken == null || !sealed) {
      throw new InvariantError("only a sealed replacement is taken over, and only once");
    }
    content = null;
    return taken;
  }
}
