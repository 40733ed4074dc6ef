package io.concordkv.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class LiveIndexProperty {
  private static final Span ALL = Span.prefix(Bytes.EMPTY);

  @Test
  void an_index_is_a_sorted_map_that_counts() {
    Gen.check(
        25,
        gen -> {
          var index = new LiveIndex();
          var model = new TreeMap<Bytes, LiveEntry>();
          var frozen = new ArrayList<Frozen>();
          int phases = gen.between(2, 6);
          for (int phase = 0; phase < phases; phase++) {
            boolean grow = phase % 2 == 0;
            boolean ordered = gen.flag();
            for (int i = 0; i < 4000; i++) {
              int number = ordered ? i : gen.below(8000);
              change(gen, index, model, Bytes.of("%05d".formatted(number)), grow);
              if (gen.oneIn(500)) {
                frozen.add(new Frozen(index.freeze(), List.copyOf(model.values())));
              }
            }
            same(gen, index.now(), model);
          }
          for (var view : frozen) {
            assertThat(view.view.entries(ALL, Long.MAX_VALUE)).isEqualTo(view.entries);
          }
          for (var key : List.copyOf(model.keySet())) {
            index.remove(key);
          }
          assertThat(index.size()).isZero();
          assertThat(index.now().entries(ALL, 1)).isEmpty();
        });
  }

  private record Frozen(LiveView view, List<LiveEntry> entries) {}

  private static void change(
      Gen gen, LiveIndex index, NavigableMap<Bytes, LiveEntry> model, Bytes key, boolean grow) {
    if (gen.below(10) < (grow ? 8 : 1)) {
      var entry =
          new LiveEntry(
              key, gen.below(100), gen.below(100), gen.below(100), gen.below(100), gen.anyLong());
      index.put(entry);
      model.put(key, entry);
    } else {
      index.remove(key);
      model.remove(key);
    }
  }

  private static void same(Gen gen, LiveView view, NavigableMap<Bytes, LiveEntry> model) {
    assertThat(view.size()).isEqualTo(model.size());
    assertThat(view.entries(ALL, Long.MAX_VALUE)).isEqualTo(List.copyOf(model.values()));
    for (int i = 0; i < 50; i++) {
      var from = Bytes.of("%05d".formatted(gen.below(8000)));
      var to = Bytes.of("%05d".formatted(gen.below(8000)));
      assertThat(view.find(from)).isEqualTo(model.get(from));
      assertThat(view.rank(from)).isEqualTo(model.headMap(from).size());
      var span = new Span(from, to);
      var part =
          span.isEmpty() ? new TreeMap<Bytes, LiveEntry>() : model.subMap(from, true, to, false);
      assertThat(view.count(span)).isEqualTo(part.size());
      assertThat(view.entries(span, 10)).isEqualTo(part.values().stream().limit(10).toList());
    }
  }
}
