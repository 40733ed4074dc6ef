package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.sim.chaos.Chaos;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A short run of `make chaos`.
final class ChaosIT {
  @Test
  void real_nodes_keep_their_promises_in_trouble() {
    var chaos = new Chaos(Path.of("target", "chaos"), ServerUnderTest.command(List.of("server")));

    var report = chaos.run(1, Duration.ofSeconds(15));

    System.out.println(report);
    assertThat(report.acknowledged()).isPositive();
    assertThat(report.calls()).isPositive();
    assertThat(report.trouble()).isNotEmpty();
    assertThat(report.undecided()).isFalse();
  }
}
