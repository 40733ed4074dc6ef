package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Replacement;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A new file beside the living one.
final class TreeReplacement implements Replacement {
  private final Supplier<TreeLoader> begin;
  private final BooleanSupplier stopped;
  private @Nullable TreeLoader loader;
  private @Nullable Bytes last;
  private boolean sealed;
  private boolean over;

  /// `stopped`: whether the engine is closed, so that nothing must be written any more.
  TreeReplacement(Supplier<TreeLoader> begin, BooleanSupplier stopped) {
    this.begin = begin;
    this.stopped = stopped;
  }

  @Override
  public void add(Bytes key, Bytes value) {
    Check.that(!sealed && !over, "nothing is added to a sealed replacement");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a replacement ascend");
    last = key;
    if (!stopped.getAsBoolean()) {
      loader().add(key, value);
    }
  }

  @Override
  public void seal() {
    Check.that(!sealed && !over, "a replacement is sealed once");
    sealed = true;
    if (!stopped.getAsBoolean()) {
      loader().seal();
    }
  }

  @Override
  public void abandon() {
    if (!over && loader != null && !stopped.getAsBoolean()) {
      loader.abandon();
    }
    over = true;
  }

  /// What was loaded, which belongs to the engine from now on.
  TreeLoader take() {
    Check.that(sealed && !over, "only a sealed replacement is taken over, and only once");
    over = true;
    return loader();
  }

  private TreeLoader loader() {
    if (loader == null) {
      loader = begin.get();
    }
    return loader;
  }
}
