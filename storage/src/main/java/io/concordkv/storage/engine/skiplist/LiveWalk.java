package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A walk over a list that passes over deleted keys.
final class LiveWalk implements io.concordkv.storage.engine.memory.Walk {
  private final Walk walk;

  LiveWalk(Walk walk) {
    this.walk = walk;
  }

  @Override
  public boolean valid() {
    return walk.valid();
  }

  @Override
  public void toCeiling(Bytes key) {
    walk.toCeiling(key);
    forward();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    walk.toLower(key);
    back();
  }

  @Override
  public void next() {
    walk.next();
    forward();
  }

  @Override
  public void previous() {
    walk.previous();
    back();
  }

  @Override
  public Bytes key() {
    return walk.key();
  }

  @Override
  public Bytes value() {
    return Objects.requireNonNull(walk.value());
  }

  private void forward() {
    while (walk.valid() && walk.value() == null) {
      walk.next();
    }
  }

  private void back() {
    while (walk.valid() && walk.value() == null) {
      walk.previous();
    }
  }
}
