package io.concordkv.sim.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// A few mutants that are noticed soon. `make mutants` runs all of them.
class MutantsTest {
  private static final Path ROOT = Path.of(System.getProperty("concord.root", ".."));
  private static final Seeds SEEDS = new Seeds(1, 12, 15);

  @TestFactory
  Stream<DynamicTest> the_swarm_notices_a_mutant() {
    var forge = new Forge();
    return Patch.all(ROOT.resolve("sim/mutants")).stream()
        .filter(patch -> Stream.of("R1", "R26", "M4", "M6").anyMatch(patch.row()::equals))
        .map(patch ->
            DynamicTest.dynamicTest(
                patch.name(),
                () -> {
                  var world =
                      new World(
                          forge.compile(patch.className(), patch.mutated(ROOT)), patch.swarm());
                  assertThat(Trial.run(patch.name(), world, patch.swarm().of(SEEDS)).survived())
                      .isFalse();
                }));
  }

  @Test
  void a_world_without_a_mutant_is_the_same_as_this_one() {
    var here = new SeedRun().apply(7L, 5L);
    assertThat(new World(Map.of(), Swarm.CLUSTER).run(7, 5)).isEqualTo(here);
    assertThat(here.noticed()).isFalse();
  }
}
