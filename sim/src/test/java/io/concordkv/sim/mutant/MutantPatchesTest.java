package io.concordkv.sim.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MutantPatchesTest {
  private static final Path ROOT = Path.of(System.getProperty("concord.root", ".."));
  private static final Path MUTANTS = ROOT.resolve("sim/mutants");

  @TestFactory
  List<DynamicTest> a_patch_still_applies_and_what_it_makes_compiles() {
    var forge = new Forge();
    return Patch.all(MUTANTS).stream()
        .map(patch ->
            DynamicTest.dynamicTest(
                patch.name(),
                () -> {
                  var mutated = patch.mutated(ROOT);
                  assertThat(mutated).isNotEqualTo(Files.readString(ROOT.resolve(patch.file())));
                  assertThat(forge.compile(patch.className(), mutated))
                      .containsKey(patch.className());
                }))
        .toList();
  }

  @Test
  void every_known_bug_has_a_patch_or_a_reason_why_it_cannot_happen() {
    var patched = new TreeSet<>(Rows::compare);
    for (var patch : Patch.all(MUTANTS)) {
      var number = patch.name().split("-", 2)[0];
      assertThat(Rows.compare(patch.row(), number)).as(patch.name()).isZero();
      patched.add(patch.row());
    }
    var reasons = Rows.notApplicable(MUTANTS.resolve("not-applicable.txt"));
    var missing = new ArrayList<>(Rows.all());
    missing.removeIf(row -> patched.contains(row) || reasons.containsKey(row));
    assertThat(missing).isEmpty();
    assertThat(reasons.keySet()).doesNotContainAnyElementsOf(patched);
    assertThat(Rows.all()).containsAll(patched).containsAll(reasons.keySet());
  }

  @Test
  void what_makes_a_bug_impossible_is_there() {
    Rows.notApplicable(MUTANTS.resolve("not-applicable.txt"))
        .forEach((row, reason) -> assertThat(ROOT.resolve(reason.file())).as(row).exists());
  }

  @Test
  void a_patch_finds_its_place_though_other_lines_moved() {
    assertThat(patch("-b\n+c\n").apply("new\na\nb\nz\n")).isEqualTo("new\na\nc\nz\n");
  }

  @Test
  void a_patch_does_not_apply_to_other_code() {
    assertThatThrownBy(() -> patch("-b\n+c\n").apply("a\nB\nz\n"))
        .isInstanceOf(Patch.Mismatch.class)
        .hasMessageContaining("does not apply");
  }

  @Test
  void of_several_places_a_patch_takes_the_one_that_it_names() {
    var patch = patch("-b\n+c\n");
    assertThat(patch.apply("a\nb\nz\na\nb\nz\n")).isEqualTo("a\nc\nz\na\nb\nz\n");
    assertThatThrownBy(() -> patch.apply("new\na\nb\nz\na\nb\nz\n"))
        .isInstanceOf(Patch.Mismatch.class)
        .hasMessageContaining("several places");
  }

  @Test
  void a_hunk_of_another_length_than_it_says_is_no_patch() {
    assertThatThrownBy(() -> patch("-b\n-b\n+c\n"))
        .isInstanceOf(Patch.Mismatch.class)
        .hasMessageContaining("other lengths");
  }

  private static Patch patch(String change) {
    return Patch.parse(
        "R1-planted",
        """
        Row: R1
        Bug: planted
        Check: none

        --- a/raft/src/main/java/io/concordkv/raft/Planted.java
        +++ b/raft/src/main/java/io/concordkv/raft/Planted.java
        @@ -1,3 +1,3 @@
         a
        """
            + change
            + " z\n");
  }
}
