package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Replacement;
import org.jspecify.annotations.Nullable;

/// A list that is filled beside the living one.
final class ListReplacement implements Replacement {
  private VersionedSkipList list = new VersionedSkipList();
  private @Nullable Bytes last;
  private boolean sealed;

  @Override
  public void add(Bytes key, Bytes value) {
    Check.that(!sealed, "nothing is added to a sealed replacement");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a replacement ascend");
    last = key;
    list.put(key, value, 0, 0);
  }

  @Override
  public void seal() {
    sealed = true;
  }

  @Override
  public void abandon() {
    sealed = true;
    list = new VersionedSkipList();
  }

  VersionedSkipList take() {
    Check.that(sealed, "only a sealed replacement is taken over");
    return list;
  }
}
