package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class GenTest {
  private static List<Object> draw(Gen gen) {
    return List.of(
        gen.flag(),
        gen.below(1000),
        gen.between(-5, 1000),
        gen.anyLong(),
        gen.anyInt(),
        gen.smallBytes(20),
        gen.bytes(20),
        gen.list(20, Gen::anyLong),
        gen.oneOf(List.of(1, 2, 3)),
        gen.weighted(1, 2, 3));
  }

  private static <T> SortedSet<T> manyOf(Function<Gen, T> draw) {
    var gen = new Gen(1);
    var drawn = new TreeSet<T>();
    for (int i = 0; i < 1000; i++) {
      drawn.add(draw.apply(gen));
    }
    return drawn;
  }

  /// Runs `task` with the seeds that the command line would have given.
  private static void withSeeds(String seeds, Runnable task) {
    SystemProperty.with("seeds", seeds, task);
  }

  @Test
  void a_seed_decides_everything() {
    assertThat(draw(new Gen(7))).isEqualTo(draw(new Gen(7)));
    assertThat(draw(new Gen(7))).isNotEqualTo(draw(new Gen(8)));
    assertThat(new Gen(7).seed()).isEqualTo(7);
  }

  @Test
  void bounds_are_kept_and_reached() {
    assertThat(manyOf(gen -> gen.below(3))).containsExactly(0, 1, 2);
    assertThat(manyOf(gen -> gen.between(-1, 1))).containsExactly(-1, 0, 1);
    assertThat(manyOf(gen -> gen.between(Integer.MIN_VALUE, Integer.MAX_VALUE)))
        .hasSizeGreaterThan(900);
    assertThat(manyOf(gen -> gen.bytes(2).length())).containsExactly(0, 1, 2);
    assertThat(manyOf(gen -> gen.smallBytes(1)))
        .hasSize(7)
        .contains(Bytes.EMPTY, Bytes.wrap(new byte[] {0}), Bytes.wrap(new byte[] {-1}));
    assertThat(manyOf(gen -> gen.list(2, Gen::flag).size())).containsExactly(0, 1, 2);
    assertThat(manyOf(gen -> gen.oneOf("a", "b"))).containsExactly("a", "b");
    assertThat(manyOf(gen -> gen.oneIn(10))).containsExactly(false, true);
    assertThat(manyOf(gen -> gen.oneIn(1))).containsExactly(true);
  }

  @Test
  void numbers_at_the_edges_come_often() {
    assertThat(manyOf(Gen::anyLong))
        .contains(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)
        .anyMatch(drawn -> drawn > 1L << 32 && Long.bitCount(drawn) == 1);
    assertThat(manyOf(Gen::anyInt)).contains(0, -1);
  }

  @Test
  void weights_are_shares() {
    var gen = new Gen(3);
    var counts = new int[3];
    for (int i = 0; i < 4000; i++) {
      counts[gen.weighted(1, 0, 3)]++;
    }
    assertThat(counts[1]).isZero();
    assertThat(counts[0]).isBetween(800, 1200);
    assertThatThrownBy(() -> gen.weighted(0, 0)).isInstanceOf(InvariantError.class);
  }

  @Test
  void a_fork_does_not_shift_its_parent() {
    var one = new Gen(5);
    var other = new Gen(5);
    one.fork().anyLong();
    draw(other.fork());
    assertThat(draw(one)).isEqualTo(draw(other));
  }

  @Test
  void a_property_runs_under_each_seed_once() {
    var seeds = new ArrayList<Long>();
    withSeeds("", () -> Gen.check(3, gen -> seeds.add(gen.seed())));
    assertThat(seeds).containsExactly(1L, 2L, 3L);
  }

  @Test
  void the_command_line_says_which_seeds_instead() {
    var seeds = new ArrayList<Long>();
    withSeeds("42", () -> Gen.check(3, gen -> seeds.add(gen.seed())));
    withSeeds("7-9", () -> Gen.check(1, gen -> seeds.add(gen.seed())));
    assertThat(seeds).containsExactly(42L, 7L, 8L, 9L);
  }

  @Test
  void a_property_that_breaks_names_its_seed_and_its_cause() {
    var cause = new IllegalStateException("three is too many");
    assertThatThrownBy(() ->
            withSeeds(
                "",
                () ->
                    Gen.check(
                        5,
                        gen -> {
                          if (gen.seed() == 3) {
                            throw cause;
                          }
                        })))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dseeds=3")
        .hasMessageContaining("three is too many")
        .hasCause(cause);
  }
}
