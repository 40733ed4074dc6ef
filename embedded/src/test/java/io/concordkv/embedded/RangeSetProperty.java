package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.testkit.Gen;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/// Ranges beside a set of the few keys that there are.
final class RangeSetProperty {
  private static final int KEYS = 12;

  @Test
  void a_set_of_ranges_is_a_set_of_keys() {
    Gen.check(300, RangeSetProperty::once);
  }

  private static void once(Gen gen) {
    var ranges = new RangeSet();
    var model = new BitSet();
    for (int i = 0; i < 12; i++) {
      int from = gen.below(KEYS);
      int to = gen.below(KEYS + 1);
      var range = new KeyRange(key(from), to == KEYS ? null : key(to));
      var keys = new BitSet();
      keys.set(from, Math.max(from, to));
      assertThat(ranges.meets(range)).isEqualTo(model.intersects(keys));
      assertThat(ranges.covers(range)).isEqualTo(covers(model, keys, to == KEYS));
      for (int key = 0; key < KEYS; key++) {
        assertThat(ranges.covers(key(key))).isEqualTo(model.get(key));
      }
      if (gen.flag()) {
        ranges.add(range);
        model.or(keys);
        // Stands for all keys behind the last one.
        model.set(KEYS, model.get(KEYS) || (to == KEYS && !range.isEmpty()));
        assertThat(ranges.size()).isEqualTo(runs(model));
      }
    }
    ranges.clear();
    assertThat(ranges.meets(KeyRange.ALL)).isFalse();
  }

  private static boolean covers(BitSet model, BitSet keys, boolean open) {
    var missing = (BitSet) keys.clone();
    missing.set(KEYS, open && !keys.isEmpty());
    missing.andNot(model);
    return missing.isEmpty();
  }

  private static int runs(BitSet set) {
    int runs = 0;
    for (int at = set.nextSetBit(0); at >= 0; at = set.nextSetBit(set.nextClearBit(at))) {
      runs++;
    }
    return runs;
  }

  private static Bytes key(int key) {
    return Bytes.of("" + (char) ('a' + key));
  }
}
