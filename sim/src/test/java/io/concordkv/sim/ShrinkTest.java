package io.concordkv.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.sim.cluster.Setup;
import io.concordkv.sim.cluster.Toggle;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkTest {
  private static final String CHECK = "I1 election-safety";
  private static final Setup WHOLE = Setup.of(7, 0, Duration.ofSeconds(30));
  private static final List<Integer> FAULTS = IntStream.rangeClosed(1, 40).boxed().toList();

  @Test
  void only_the_faults_that_are_needed_stay() {
    var smallest = shrink(setup -> setup.keeps(3) && setup.keeps(17) && setup.keeps(18), 300);

    assertThat(smallest.keep()).containsExactly(3, 17, 18);
  }

  @Test
  void a_failure_that_needs_no_fault_keeps_none() {
    assertThat(shrink(_ -> true, 300).keep()).isEmpty();
  }

  @Test
  void nodes_clients_time_and_toggles_go_too() {
    var smallest =
        shrink(
            setup ->
                (setup.nodes() == 0 || setup.nodes() >= 3)
                    && setup.clients() != 0
                    && setup.chaos().toSeconds() >= 4
                    && !setup.off().contains(Toggle.LEASES),
            300);

    assertThat(smallest.nodes()).isEqualTo(3);
    assertThat(smallest.clients()).isEqualTo(1);
    assertThat(smallest.chaos()).isLessThan(Duration.ofSeconds(7));
    assertThat(smallest.off()).contains(Toggle.COMPACTIONS).doesNotContain(Toggle.LEASES);
  }

  @Test
  void a_run_that_fails_by_another_check_is_no_smaller_one() {
    var shrink =
        new Shrink(
            setup -> setup.keeps(5) ? CHECK : "I16 converges", _ -> FAULTS, WHOLE, CHECK, 300);

    assertThat(shrink.smallest().keep()).containsExactly(5);
  }

  @Test
  void it_stops_when_it_has_run_often_enough() {
    var needed = new TreeSet<>(FAULTS);
    var shrink =
        new Shrink(
            setup -> setup.keep() == null || setup.keep().containsAll(needed) ? CHECK : null,
            _ -> FAULTS,
            WHOLE,
            CHECK,
            20);
    shrink.smallest();

    assertThat(shrink.runs()).isEqualTo(20);
  }

  private static Setup shrink(Predicate<Setup> fails, int runs) {
    var shrink =
        new Shrink(setup -> fails.test(setup) ? CHECK : null, _ -> FAULTS, WHOLE, CHECK, runs);
    return shrink.smallest();
  }
}
