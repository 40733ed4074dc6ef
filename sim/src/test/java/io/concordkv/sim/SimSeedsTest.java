package io.concordkv.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.sim.cluster.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// A few seeds of the simulator, fixed ones and some that no run had before. `make sim` runs many.
class SimSeedsTest {
  private static final Duration CHAOS = Duration.ofSeconds(20);

  private static final int FRESH = 4;

  @TestFactory
  Stream<DynamicTest> a_cluster_of_three_keeps_its_promises() {
    return LongStream.rangeClosed(1, 8).mapToObj(seed -> keepsItsPromises(seed, 3));
  }

  @TestFactory
  Stream<DynamicTest> a_cluster_of_five_keeps_its_promises() {
    return LongStream.rangeClosed(1, 6).mapToObj(seed -> keepsItsPromises(seed, 5));
  }

  @TestFactory
  Stream<DynamicTest> what_once_failed_stays_right() throws IOException {
    return Files.readAllLines(Path.of("seeds.txt")).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(SimSeedsTest::once);
  }

  private static DynamicTest once(String line) {
    var words = Arrays.asList(line.split(" +", -1));
    var setup = Setup.parse(Long.parseLong(words.getFirst()), words.subList(1, words.size()));
    return DynamicTest.dynamicTest(
        line, () -> assertThat(SimRun.run(setup).violation()).as(setup.command()).isNull());
  }

  @TestFactory
  Stream<DynamicTest> a_seed_that_nobody_tried_before_passes() {
    long first = System.currentTimeMillis();
    return LongStream.range(first, first + FRESH).mapToObj(seed -> keepsItsPromises(seed, 0));
  }

  @Test
  void the_same_seed_makes_the_same_run() {
    var first = SimRun.run(42, 3, CHAOS);
    var second = SimRun.run(42, 3, CHAOS);
    assertThat(second.trace()).isEqualTo(first.trace());
    assertThat(second.events()).isEqualTo(first.events());
    assertThat(SimRun.run(43, 3, CHAOS).trace()).isNotEqualTo(first.trace());
  }

  @Test
  void seeds_bring_trouble_and_get_work_done() {
    long calls = 0;
    long commits = 0;
    int faults = 0;
    int elections = 0;
    for (long seed = 1; seed <= 3; seed++) {
      var report = SimRun.run(seed, 3, CHAOS);
      calls += report.calls();
      commits += report.commits();
      faults += report.faults();
      elections += report.elections();
    }
    assertThat(calls).isGreaterThan(300);
    assertThat(commits).isGreaterThan(300);
    assertThat(faults).isGreaterThan(10);
    assertThat(elections).isGreaterThan(5);
  }

  @Test
  void members_are_removed_in_some_of_the_first_seeds() {
    var marks = new TreeSet<String>();
    for (long seed = 1; seed <= 12; seed++) {
      marks.addAll(SimRun.run(seed, 0, CHAOS).marks());
    }
    assertThat(marks).contains("raft/member-removed");
  }

  @TestFactory
  Stream<DynamicTest> beyond_the_model_answers_are_missing_but_not_wrong() {
    return LongStream.rangeClosed(1, 4).mapToObj(seed -> once(seed + " BEYOND=1 SECONDS=20"));
  }

  @Test
  void a_fault_that_is_left_out_leaves_the_others_as_they_are() {
    var whole = Setup.of(8, 5, CHAOS);
    var all = SimRun.faults(whole);
    var some = SimRun.faults(whole.keeping(Set.of(2, 5)));
    assertThat(all).hasSizeGreaterThan(5);
    assertThat(some).containsExactly(all.get(1), all.get(4));
  }

  @Test
  void a_story_can_be_read(@TempDir Path directory) throws IOException {
    var file = directory.resolve("story.txt");
    SimRun.tell(Setup.of(3, 3, Duration.ofSeconds(3)), file);

    assertThat(Files.readString(file))
        .startsWith("make sim SEEDS=3 NODES=3 SECONDS=3.0\npassed\n")
        .contains("fault 1 at ", "| L t", "sequenceDiagram")
        .containsPattern("n\\d -> n\\d: Append t")
        .containsPattern("n\\d->>n\\d: ");
  }

  private static DynamicTest keepsItsPromises(long seed, int nodes) {
    return DynamicTest.dynamicTest(
        "seed " + seed,
        () -> {
          var report = SimRun.run(seed, nodes, CHAOS);
          assertThat(report.violation())
              .as("make sim SEEDS=%s NODES=%s SECONDS=20", seed, nodes)
              .isNull();
        });
  }
}
