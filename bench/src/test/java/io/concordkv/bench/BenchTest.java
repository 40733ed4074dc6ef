package io.concordkv.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  @Test
  void processor_time_is_read_behind_a_name_with_spaces_and_parentheses() {
    var stat = "42 (a b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 3 0 100 200 300";
    assertThat(ServerCpu.parse(stat)).isEqualTo(3_000_000);
  }

  @Test
  void processor_time_is_given_for_each_operation() {
    var nanos = new Histogram(3);
    for (int i = 0; i < 1000; i++) {
      nanos.recordValue(2_000_000);
    }
    var figures = Figures.of(nanos, 500_000_000, 250_000, 0);
    assertThat(figures.opsPerSecond()).isEqualTo(2000);
    assertThat(figures.serverMicros()).isEqualTo(250);
    assertThat(figures.p50Millis()).isBetween(1.99, 2.01);
  }

  @Test
  void the_table_shows_medians_and_how_ours_stand_to_theirs() {
    var report = new Report();
    for (double ops : List.of(100.0, 300.0, 1000.0)) {
      report.add(new Report.Cell("ours", Workload.PUT, 10), new Figures(ops, 1, 2, 50, 9, 0));
      report.add(new Report.Cell("etcd", Workload.PUT, 10), new Figures(200, 1, 2, 200, 9, 1));
    }
    assertThat(report.table("ours", List.of("ours", "etcd")).lines())
        .contains("| put | 10 | ours | 300 | 1.00 | 2.00 | 50.0 |  |  | 0 |")
        .contains("| put | 10 | etcd | 200 | 1.00 | 2.00 | 200.0 | 1.50 | 0.25 | 3 |");
  }

  @Test
  void the_environment_says_how_to_measure() {
    var settings =
        Settings.from(
            Map.of("ROUNDS", "2", "SECONDS_PER", "1", "WORKLOADS", "put,watch", "CLIENTS", "7"),
            Path.of("/checkout"));
    assertThat(settings.rounds()).isEqualTo(2);
    assertThat(settings.workloads()).containsExactly(Workload.PUT, Workload.WATCH);
    assertThat(settings.clients()).containsExactly(7);
    assertThat(settings.etcd()).isNull();
    assertThatThrownBy(() -> Settings.from(Map.of("ROUNDS", "many"), Path.of("/checkout")))
        .hasMessageContaining("ROUNDS");
    assertThatThrownBy(() -> Settings.from(Map.of("WORKLOADS", "poke"), Path.of("/checkout")))
        .hasMessageContaining("no workload poke");
  }

  @Test
  void a_binary_that_is_ourselves_is_refused(@TempDir Path directory) throws IOException {
    var root = directory.resolve("checkout");
    Files.createDirectories(root.resolve("bin"));
    program(root.resolve("bin/etcd"), "etcd Version: 3.7.1");
    program(directory.resolve("copy"), "etcd Version: 3.7.1 (ConcordKV 0.1)");
    program(directory.resolve("etcd"), "etcd Version: 3.5.0");
    Files.createSymbolicLink(directory.resolve("link"), root.resolve("bin/etcd"));

    Bench.refuseOurselves(settings(root, directory.resolve("etcd")), root);
    for (var own : List.of("copy", "link", "checkout/bin/etcd")) {
      assertThatThrownBy(() -> Bench.refuseOurselves(settings(root, directory.resolve(own)), root))
          .as(own)
          .hasMessageContaining("is ConcordKV itself");
    }
  }

  private static Settings settings(Path root, Path etcd) {
    return Settings.from(Map.of("ETCD", etcd.toString()), root);
  }

  private static void program(Path path, String version) throws IOException {
    Files.writeString(path, "#!/bin/sh\necho '" + version + "'\n");
    assertThat(path.toFile().setExecutable(true)).isTrue();
  }
}
