package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.client.ConcordClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Two members with data and a witness: as many machines with disks as two, as many failures as
/// three. Its members speak gRPC.
final class WitnessIT {
  private static Ran concord(ProcessCluster cluster, int at, String... words) {
    var all = new ArrayList<>(List.of("--endpoints=" + cluster.endpoint(at).text()));
    all.addAll(List.of(words));
    return Ran.program(Map.of(), "", ServerUnderTest.command(all));
  }

  @Test
  void with_a_witness_one_of_two_may_be_lost() {
    try (var cluster = ProcessCluster.start("witness", 2, 3, "--peer-transport=grpc");
        var client = cluster.client(Duration.ofSeconds(5))) {
      client.kv().put("k", "v");
      Eventually.holds(
          "a witness can be added",
          Duration.ofSeconds(60),
          () -> {
            var ran =
                concord(
                    cluster,
                    0,
                    "member",
                    "add",
                    "n3",
                    "--witness",
                    "--peer-urls=" + cluster.peerUrl(2));
            return ran.exit() == 0 && ran.out().contains("added as witness to cluster");
          });
      cluster.launch(List.of(cluster.all(), "--initial-cluster-state=existing"));
      cluster.server(2).awaitReady(ProcessCluster.READY);
      assertThat(
              concord(cluster, 2, "member", "list", "--consistency=s", "-w", "table").succeeded())
          .contains("IS WITNESS")
          .containsPattern("started +│ +n3 +│.*│ +false +│ +true +│");
      assertThat(concord(cluster, 2, "status", "-w", "json").succeeded())
          .contains("\"isWitness\":true");
      assertThat(concord(cluster, 2, "put", "k", "w").err())
          .contains("this member is a witness and has no data: ask another one");
      try (var there = ConcordClient.open(cluster.endpoint(2).text())) {
        assertThatThrownBy(() -> there.kv().get("k")).hasMessageContaining("is a witness");
      }

      var leader = cluster.leader(client).orElseThrow();
      cluster.kill(leader);
      try (var other = ConcordClient.open(cluster.endpoint(1 - leader).text())) {
        Eventually.holds(
            "the other goes on with the witness",
            Duration.ofSeconds(30),
            () -> {
              try {
                other.kv().put("k", "w");
                return true;
              } catch (RuntimeException notYet) {
                return false;
              }
            });
        assertThat(other.kv().get("k").orElseThrow().getValue().toStringUtf8()).isEqualTo("w");
      }
    }
  }
}
