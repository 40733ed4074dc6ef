package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.client.ConcordClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Snapshots in directories, from a server that runs to a new cluster.
final class SnapshotIT {
  private static Ran concord(String... words) {
    return Ran.program(Map.of(), "", ServerUnderTest.command(new ArrayList<>(List.of(words))));
  }

  private static void fill(ConcordClient client, int from, int to) {
    for (var i = from; i < to; i++) {
      client.kv().put("key-" + i, "value-" + i);
    }
  }

  @Test
  void what_was_saved_in_two_steps_founds_a_new_cluster() throws IOException {
    try (var cluster = ProcessCluster.start("snapshot", 1, 2);
        var client = cluster.client(Duration.ofSeconds(5))) {
      fill(client, 0, 50);
      var at = "--endpoints=" + cluster.endpoint(0).text();
      assertThat(concord(at, "snapshot", "save", "full").succeeded()).contains("Snapshot saved at");
      fill(client, 50, 60);
      var revision = client.kv().put("last", "1").getHeader().getRevision();
      assertThat(concord(at, "snapshot", "save", "more", "--base=full").succeeded())
          .contains("1 of them new");
      fill(client, 60, 70);
      assertThat(concord(at, "snapshot", "save", "full").err()).contains("choose another name");
      assertThat(concord(at, "snapshot", "save", "third", "--base=none").err())
          .contains("make a full one");
      assertThat(concord(at, "snapshot", "save", "../out").err()).contains("a snapshot's name has");
      cluster.kill(0);

      var snapshots = cluster.dataDirectory(0).resolve("snapshots");
      var more = snapshots.resolve("more").toString();
      assertThat(concord("snapshot", "verify", more).succeeded()).contains("is whole");
      var target = "--data-dir=" + cluster.dataDirectory(1);
      var member = "--initial-cluster=n2=" + cluster.peerUrl(1);
      assertThat(concord("snapshot", "restore", more, "--name=n2", member, target).succeeded())
          .contains("of the new cluster");
      assertThat(concord("snapshot", "restore", more, "--name=n2", member, target).err())
          .contains("is not empty");
      var same = "--initial-cluster=n1=" + cluster.peerUrl(0);
      var elsewhere = "--data-dir=" + cluster.dataDirectory(1) + "-b";
      assertThat(concord("snapshot", "restore", more, "--name=n1", same, elsewhere).err())
          .contains("--initial-cluster-token of its own");

      cluster.launch(List.of(member));
      cluster.server(1).awaitReady(ProcessCluster.READY);
      try (var restored = ConcordClient.open(cluster.endpoint(1).text())) {
        var last = restored.kv().get("last").orElseThrow();
        assertThat(last.getModRevision()).isEqualTo(revision);
        assertThat(restored.kv().get("key-59")).isPresent();
        assertThat(restored.kv().get("key-60")).as("written later").isEmpty();
        assertThat(restored.kv().put("new", "1").getHeader().getRevision()).isEqualTo(revision + 1);
        assertThat(restored.cluster().members(true).getMembersList()).hasSize(1);
      }
      cluster.kill(1);
      cluster.restart(1);
      cluster.server(1).awaitReady(ProcessCluster.READY);

      damage(snapshots.resolve("full"));
      var broken = concord("snapshot", "verify", more);
      assertThat(broken.exit()).isEqualTo(3);
      assertThat(broken.err()).contains("full").contains("it is not what the checkpoint says");
    }
  }

  /// Of the state's own file nothing changes: the damaged one takes the place of the shared one.
  private static void damage(Path snapshot) throws IOException {
    try (var files = Files.list(snapshot)) {
      var table = files.filter(file -> file.toString().endsWith(".sst")).findFirst().orElseThrow();
      var bytes = Files.readAllBytes(table);
      bytes[bytes.length / 2] ^= 1;
      Files.delete(table);
      Files.write(table, bytes);
    }
  }
}
