package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The leader dies under load, again and again.
final class LeaderKillIT {
  /// `-Dkills=100` for figures.
  private static final int KILLS = Integer.getInteger("kills", 5);

  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

  @Test
  void no_acknowledged_write_is_lost_when_leaders_are_killed() {
    var outages = new ArrayList<Duration>();
    try (var cluster = ProcessCluster.start("leader-kill", 3);
        var client = cluster.client(Duration.ofSeconds(5))) {
      var load = new Load(cluster);
      try (load) {
        load.awaitAcknowledged(200);
        for (var i = 0; i < KILLS; i++) {
          outages.add(killLeader(cluster, client, load));
        }
      }
      assertThat(load.wrong(client)).isEmpty();
      var hashes = hashes(cluster, client);
      assertThat(hashes).hasSize(3).containsOnly(hashes.getFirst());
      report(outages, load.acknowledged());
    }
  }

  /// Returns how long no write that began after the kill was acknowledged.
  private static Duration killLeader(ProcessCluster cluster, ConcordClient client, Load load) {
    Eventually.holds(
        "somebody leads", Duration.ofSeconds(30), () -> cluster.leader(client).isPresent());
    var leader = cluster.leader(client).orElse(0);
    cluster.kill(leader);
    var killed = System.nanoTime();
    var outage =
        Eventually.holds(
            "a new leader serves",
            ELECTION_TIMEOUT.multipliedBy(10),
            () -> load.servedSince(killed));
    cluster.restart(leader);
    cluster.server(leader).awaitReady(ProcessCluster.READY);
    var committed = committed(cluster, client, (leader + 1) % cluster.size());
    Eventually.holds(
        "the restarted node catches up",
        Duration.ofSeconds(60),
        () -> applied(cluster, client, leader) >= committed);
    return outage;
  }

  private static long committed(ProcessCluster cluster, ConcordClient client, int index) {
    return client.maintenance().status(cluster.endpoint(index)).getRaftIndex();
  }

  private static long applied(ProcessCluster cluster, ConcordClient client, int index) {
    try {
      return client.maintenance().status(cluster.endpoint(index)).getRaftAppliedIndex();
    } catch (ClientException notYet) {
      return -1;
    }
  }

  /// Of all members, at one revision.
  static List<Integer> hashes(ProcessCluster cluster, ConcordClient client) {
    return hashes(cluster, client, IntStream.range(0, cluster.size()).boxed().toList());
  }

  /// Of some members, at one revision.
  static List<Integer> hashes(ProcessCluster cluster, ConcordClient client, List<Integer> members) {
    var revision = client.kv().put("end", "of load").getHeader().getRevision();
    var hashes = new ArrayList<Integer>();
    for (var member : members) {
      var endpoint = cluster.endpoint(member);
      Eventually.holds(
          endpoint + " has revision " + revision,
          Duration.ofSeconds(60),
          () -> client.maintenance().status(endpoint).getHeader().getRevision() >= revision);
      hashes.add(client.maintenance().hashKv(endpoint, revision).getHash());
    }
    return hashes;
  }

  private static void report(List<Duration> outages, int acknowledged) {
    var millis = outages.stream().map(Duration::toMillis).sorted().toList();
    System.out.printf(
        "leader killed %d times: no writes for %d ms (median), %d ms (p99), %d ms (max); %d writes"
            + " acknowledged%n",
        millis.size(),
        millis.get(millis.size() / 2),
        millis.get(Math.ceilDiv(millis.size() * 99, 100) - 1),
        millis.getLast(),
        acknowledged);
  }
}
