package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.bplustree.memory.MemoryTreeProvider;
import io.concordkv.storage.engine.memory.MemoryEngine;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Changes laid over stored pairs are what one gets by making them.
final class OverlayProperty {
  @Test
  void a_scan_is_that_of_the_changed_content() {
    Gen.check(500, OverlayProperty::once);
  }

  private static void once(Gen gen) {
    var env = new Simulation(gen.seed()).env("n");
    var engine = MemoryEngine.empty(env, MemoryTreeProvider.trees(4));
    var model = new TreeMap<Bytes, Bytes>();
    for (int i = gen.below(12); i > 0; i--) {
      var key = key(gen);
      engine.put(key, Bytes.of("below"));
      model.put(key, Bytes.of("below"));
    }
    var changes = new TreeMap<Bytes, Optional<Bytes>>();
    for (int i = gen.below(12); i > 0; i--) {
      var key = key(gen);
      if (gen.flag()) {
        changes.put(key, Optional.of(Bytes.of("own")));
        model.put(key, Bytes.of("own"));
      } else {
        changes.put(key, Optional.empty());
        model.remove(key);
      }
    }
    var deleted = new RangeSet();
    for (int i = gen.below(3); i > 0; i--) {
      var range = new KeyRange(key(gen), gen.oneIn(5) ? null : key(gen));
      deleted.add(range);
      model.keySet().removeIf(key -> range.contains(key) && !isOwn(changes, key));
    }
    var order = gen.oneOf(Order.values());
    var expected = order == Order.ASCENDING ? model : model.descendingMap();
    try (var cursor =
        new OverlayCursor(engine.scan(KeyRange.ALL, order), changes, deleted, order)) {
      var rest = expected;
      Bytes at = null;
      while (!rest.isEmpty()) {
        if (gen.oneIn(4)) {
          var to = key(gen);
          if (at != null && ahead(at, to, order) <= 0) {
            continue;
          }
          rest = expected.tailMap(to, true);
          assertThat(cursor.seek(to)).isEqualTo(!rest.isEmpty());
        } else {
          assertThat(cursor.next()).isTrue();
        }
        if (!rest.isEmpty()) {
          assertThat(cursor.key()).isEqualTo(rest.firstKey());
          assertThat(cursor.value()).isEqualTo(rest.firstEntry().getValue());
          at = rest.firstKey();
          rest = expected.tailMap(at, false);
        }
      }
      assertThat(cursor.next()).isFalse();
    }
  }

  private static boolean isOwn(NavigableMap<Bytes, Optional<Bytes>> changes, Bytes key) {
    var own = changes.get(key);
    return own != null && own.isPresent();
  }

  private static int ahead(Bytes from, Bytes to, Order order) {
    return order == Order.ASCENDING ? to.compareTo(from) : from.compareTo(to);
  }

  private static Bytes key(Gen gen) {
    return Bytes.of("key-" + (char) ('a' + gen.below(20)));
  }
}
