package io.concordkv.sim.engine;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;

/// Which keys and values a seed works with: few enough that they meet often.
final class Keys {
  private enum Style {
    /// Of few different bytes, with 0x00 and 0xFF.
    TANGLED,
    /// A long prefix in common.
    NUMBERED,
    /// Mostly the next one, as with a log or a queue.
    ASCENDING
  }

  private final Gen gen;
  private final Style style;
  private final int many;
  private final int length;
  private final int deletes;
  private final int longest;
  private int next;

  Keys(Gen gen) {
    this.gen = gen;
    style = gen.oneOf(Style.values());
    many = gen.oneOf(20, 100, 400);
    length = gen.between(2, 5);
    deletes = gen.between(2, 5);
    longest = gen.oneOf(10, 40, 200, 2000);
  }

  Bytes key() {
    return switch (style) {
      case TANGLED -> gen.smallBytes(length);
      case NUMBERED -> numbered(gen.below(many));
      case ASCENDING -> numbered(gen.oneIn(3) ? Math.max(0, next - gen.between(1, many)) : next++);
    };
  }

  private static Bytes numbered(int number) {
    return Bytes.of("a-key-with-a-prefix-%06d".formatted(number));
  }

  Bytes value() {
    return gen.oneIn(4) ? gen.smallBytes(longest) : gen.bytes(gen.oneIn(5) ? longest : 20);
  }

  WriteBatch batch(long mark) {
    int changes = gen.oneIn(4) ? gen.between(20, 80) : gen.between(0, 5);
    var batch = new WriteBatch().mark(mark);
    for (int i = 0; i < changes; i++) {
      if (gen.oneIn(deletes)) {
        batch.delete(key());
      } else if (gen.oneIn(30)) {
        batch.deleteRange(new KeyRange(key(), key()));
      } else {
        batch.put(key(), value());
      }
    }
    return batch;
  }

  KeyRange range() {
    return switch (gen.below(4)) {
      case 0 -> KeyRange.ALL;
      case 1 -> KeyRange.prefix(key());
      case 2 -> new KeyRange(key(), null);
      default -> new KeyRange(key(), key());
    };
  }
}
