package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Pairs in a skip list of versions. What was superseded or deleted is dropped at once when no
/// moment is open, and otherwise when the last moment that may see it is over, a few keys with
/// every write.
final class SkipListContent implements Content {
  /// How much a single write tidies up, in keys beside the number of its own changes.
  private static final int TRIMS_PER_WRITE = 4;

  private record Superseded(Bytes key, long number) {}

  private final Moments moments;
  private final VersionedSkipList list = new VersionedSkipList();
  private final ArrayDeque<Superseded> superseded = new ArrayDeque<>();
  private int changes;

  SkipListContent(Moments moments) {
    this.moments = moments;
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(key, moments.now());
  }

  @Override
  public void put(Bytes key, Bytes value) {
    change(key, value);
  }

  @Override
  public void delete(Bytes key) {
    change(key, null);
  }

  @Override
  public Frozen freeze(Moment moment) {
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return SkipListContent.this.get(key, moment.number());
      }

      @Override
      public io.concordkv.storage.engine.memory.Walk walk(KeyRange range) {
        return new LiveWalk(list.walk(moment.number()));
      }
    };
  }

  @Override
  public void tidy() {
    trim(changes + TRIMS_PER_WRITE);
    changes = 0;
  }

  @Override
  public void reclaim() {
    trim(superseded.size());
  }

  @Override
  public long count() {
    return list.live();
  }

  @Override
  public long bytes() {
    return list.bytes();
  }

  private @Nullable Bytes get(Bytes key, long number) {
    var version = list.find(key, number);
    return version == null ? null : version.value;
  }

  private void change(Bytes key, @Nullable Bytes value) {
    changes++;
    if (list.put(key, value, moments.now(), oldest())) {
      superseded.addLast(new Superseded(key, moments.now()));
    }
  }

  /// The number below which nobody reads.
  private long oldest() {
    return Math.min(moments.oldest(), moments.now());
  }

  private void trim(int budget) {
    long oldest = oldest();
    for (int i = 0; i < budget && !superseded.isEmpty(); i++) {
      if (superseded.getFirst().number() > oldest) {
        return;
      }
      list.trim(superseded.removeFirst().key(), oldest);
    }
  }
}
