package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.memory.MemoryEngine;
import org.jspecify.annotations.Nullable;

/// Pairs that are collected beside the living ones; only the take-over writes them. One that gets
/// larger than the file may be is refused as a write is.
final class JsonReplacement implements Replacement {
  private final JsonEngine engine;
  private final MemoryEngine content;
  private @Nullable Bytes last;
  private long bytes;
  private boolean sealed;
  private boolean over;

  JsonReplacement(JsonEngine engine) {
    this.engine = engine;
    content = engine.newContent();
  }

  @Override
  public void add(Bytes key, Bytes value) {
    Check.that(!sealed && !over, "nothing is added to a sealed replacement");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a replacement ascend");
    last = key;
    bytes += JsonWriter.size(key, value);
    engine.refuseIfTooLarge(bytes);
    content.put(key, value);
  }

  @Override
  public void seal() {
    sealed = true;
  }

  @Override
  public void abandon() {
    over = true;
  }

  long bytes() {
    return bytes;
  }

  MemoryEngine take() {
    Check.that(sealed && !over, "only a sealed replacement is taken over, and only once");
    over = true;
    return content;
  }
}
