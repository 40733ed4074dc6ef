package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// All nodes die at the same moment.
final class PowerOffIT {
  @Test
  void all_acknowledged_writes_are_there_after_a_power_failure() {
    try (var cluster = ProcessCluster.start("power-off", 3);
        var client = cluster.client(Duration.ofSeconds(10))) {
      var load = new Load(cluster);
      try (load) {
        load.awaitAcknowledged(2000);
        for (var i = 0; i < cluster.size(); i++) {
          cluster.server(i).killAtOnce();
        }
      }
      for (var i = 0; i < cluster.size(); i++) {
        cluster.kill(i);
        cluster.restart(i);
      }
      for (var i = 0; i < cluster.size(); i++) {
        cluster.server(i).awaitReady(ProcessCluster.READY);
      }
      assertThat(load.wrong(client)).isEmpty();
      var hashes = LeaderKillIT.hashes(cluster, client);
      assertThat(hashes).hasSize(3).containsOnly(hashes.getFirst());
    }
  }
}
