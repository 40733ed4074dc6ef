package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Members come and go while the cluster serves.
final class MemberChangeIT {
  private static final Duration EXIT = Duration.ofSeconds(30);

  @Test
  void no_acknowledged_write_is_lost_while_members_come_and_go() {
    try (var cluster = ProcessCluster.start("member-change", 3, 5);
        var client = cluster.client(Duration.ofSeconds(5))) {
      var members = new ArrayList<>(List.of(0, 1, 2));
      var load = new Load(cluster);
      try (load) {
        load.awaitAcknowledged(200);
        members.add(joined(cluster, client));
        load.awaitAcknowledged(load.acknowledged() + 100);

        var leader = leader(cluster, client);
        remove(client, leader);
        assertThat(cluster.server(leader).awaitExit(EXIT)).isZero();
        assertThat(cluster.server(leader).output()).contains("was removed from the cluster");
        members.remove(Integer.valueOf(leader));
        load.awaitAcknowledged(load.acknowledged() + 100);

        var follower = follower(cluster, client, members);
        cluster.kill(follower);
        members.add(cluster.replace(id(client, follower)));
        members.remove(Integer.valueOf(follower));
        cluster.server(members.getLast()).awaitReady(ProcessCluster.READY);
        load.awaitAcknowledged(load.acknowledged() + 100);

        cluster.restart(follower);
        assertThat(cluster.server(follower).awaitExit(EXIT)).isZero();
        assertThat(cluster.server(follower).output()).contains("was removed from the cluster");
      }
      assertThat(load.wrong(client)).isEmpty();
      assertThat(client.cluster().members(true).getMembersList()).hasSize(3);
      var hashes = LeaderKillIT.hashes(cluster, client, members);
      assertThat(hashes).hasSize(3).containsOnly(hashes.getFirst());
    }
  }

  private static int joined(ProcessCluster cluster, ConcordClient client) {
    int index = cluster.join(client, false);
    cluster.server(index).awaitReady(ProcessCluster.READY);
    return index;
  }

  private static int leader(ProcessCluster cluster, ConcordClient client) {
    Eventually.holds(
        "somebody leads", Duration.ofSeconds(30), () -> cluster.leader(client).isPresent());
    return cluster.leader(client).orElseThrow();
  }

  private static int follower(ProcessCluster cluster, ConcordClient client, List<Integer> members) {
    int leader = leader(cluster, client);
    return members.stream().filter(member -> member != leader).findFirst().orElseThrow();
  }

  private static long id(ConcordClient client, int index) {
    return client.cluster().members(true).getMembersList().stream()
        .filter(member -> member.getName().equals(ProcessCluster.name(index)))
        .mapToLong(Member::getID)
        .findFirst()
        .orElseThrow();
  }

  /// As soon as the cluster is healthy enough for it.
  private static void remove(ConcordClient client, int index) {
    long id = id(client, index);
    Eventually.holds(
        "a member can be removed",
        Duration.ofSeconds(60),
        () -> {
          try {
            client.cluster().remove(id);
            return true;
          } catch (ClientException unanswered) {
            return client.cluster().members(true).getMembersList().stream()
                .noneMatch(member -> member.getID() == id);
          }
        });
  }

  @Test
  void a_learner_answers_what_it_can_alone_and_is_promoted() {
    try (var cluster = ProcessCluster.start("learner", 1, 2);
        var client = cluster.client(Duration.ofSeconds(5))) {
      client.kv().put("k", "v");
      int learner = cluster.join(client, true);
      cluster.server(learner).awaitReady(ProcessCluster.READY);
      try (var there = ConcordClient.open(cluster.endpoint(learner).text())) {
        assertThatThrownBy(() -> there.kv().put("k", "w"))
            .hasMessage("etcdserver: rpc not supported for learner");
        assertThat(there.cluster().members(false).getMembersList()).hasSize(2);
        assertThat(there.maintenance().status(cluster.endpoint(learner)).getIsLearner()).isTrue();
        client.cluster().promote(id(client, learner));
        Eventually.holds(
            "it serves as a voter",
            Duration.ofSeconds(30),
            () -> {
              try {
                there.kv().put("k", "w");
                return true;
              } catch (ClientException notYet) {
                return false;
              }
            });
      }
    }
  }

  @Test
  void a_member_that_lost_its_data_is_refused_and_comes_back_under_a_new_id() throws IOException {
    try (var cluster = ProcessCluster.start("wiped", 3);
        var client = cluster.client(Duration.ofSeconds(5))) {
      client.kv().put("k", "v");
      long old = id(client, 2);
      cluster.kill(2);
      ProcessCluster.delete(cluster.dataDirectory(2));
      cluster.restart(2);
      assertThat(cluster.server(2).awaitExit(EXIT)).isEqualTo(1);
      assertThat(cluster.server(2).output()).contains("know this member with other data");

      ProcessCluster.delete(cluster.dataDirectory(2));
      cluster.settings(2, cluster.all(), "--initial-cluster-state=existing");
      cluster.restart(2);
      assertThat(cluster.server(2).awaitExit(EXIT)).isEqualTo(1);
      assertThat(cluster.server(2).output()).contains("has taken part already");

      remove(client, 2);
      var added = cluster.add(client, 2, false);
      assertThat(added.getMember().getID()).isNotEqualTo(old);
      cluster.restart(2);
      cluster.server(2).awaitReady(ProcessCluster.READY);
      assertThat(LeaderKillIT.hashes(cluster, client)).hasSize(3);
      assertThat(client.cluster().members(true).getMembersList())
          .extracting(Member::getID)
          .hasSize(3)
          .doesNotContain(old);
    }
  }

  @Test
  void one_member_goes_on_alone_when_the_quorum_is_lost_for_good() {
    try (var cluster = ProcessCluster.start("recover", 3);
        var client = cluster.client(Duration.ofSeconds(5))) {
      client.kv().put("k", "v");
      var revision = client.kv().put("l", "w").getHeader().getRevision();
      Eventually.holds(
          "the first member has all",
          Duration.ofSeconds(30),
          () ->
              client.maintenance().status(cluster.endpoint(0)).getHeader().getRevision()
                  >= revision);
      var id = Long.toHexString(client.cluster().members(true).getHeader().getClusterId());
      for (int i = 0; i < 3; i++) {
        cluster.kill(i);
      }
      var directory = "--data-dir=" + cluster.dataDirectory(0);
      assertThat(recover(directory, "--cluster-id=" + id).err()).contains("say --unsafe");
      assertThat(recover("--unsafe", directory, "--cluster-id=1").err())
          .contains("nothing was changed");
      assertThat(recover("--unsafe", directory, "--cluster-id=" + id).succeeded())
          .contains("is now the only member of cluster " + id);

      cluster.restart(0);
      cluster.server(0).awaitReady(ProcessCluster.READY);
      client.kv().put("m", "x");
      assertThat(client.cluster().members(true).getMembersList()).hasSize(1);
      assertThat(client.kv().get("k").orElseThrow().getValue().toStringUtf8()).isEqualTo("v");
      cluster.restart(1);
      assertThat(cluster.server(1).awaitExit(EXIT)).isZero();
      assertThat(cluster.server(1).output()).contains("was removed from the cluster");
    }
  }

  private static Ran recover(String... arguments) {
    var words = new ArrayList<>(List.of("recover"));
    words.addAll(List.of(arguments));
    return ServerUnderTest.run(words.toArray(String[]::new));
  }

  @Test
  void who_was_not_added_does_not_join() {
    try (var cluster = ProcessCluster.start("uninvited", 1, 2);
        var client = cluster.client(Duration.ofSeconds(5))) {
      cluster.launch(List.of(cluster.all(), "--initial-cluster-state=existing"));
      assertThat(cluster.server(1).awaitExit(EXIT)).isEqualTo(1);
      assertThat(cluster.server(1).output()).contains("Add this one first (concord member add n2");
      assertThat(client.cluster().members(true).getMembersList()).hasSize(1);
    }
  }

  @Test
  void etcdctl_changes_the_members() {
    Etcdctl.assumePresent();
    try (var cluster = ProcessCluster.start("etcdctl-members", 1, 2);
        var client = cluster.client(Duration.ofSeconds(5))) {
      var at = cluster.endpoint(0).text();
      var added =
          Etcdctl.run(
                  at,
                  "",
                  List.of("member", "add", "n2", "--learner", "--peer-urls=" + cluster.peerUrl(1)))
              .succeeded();
      assertThat(added)
          .containsPattern("Member +[0-9a-f]+ added (as learner )?to cluster +[0-9a-f]+")
          .contains("ETCD_NAME=\"n2\"")
          .contains("ETCD_INITIAL_CLUSTER_STATE=\"existing\"")
          .contains("n2=" + cluster.peerUrl(1));
      var id = added.split(" +")[1];
      assertThat(Etcdctl.run(at, "", List.of("member", "list")).succeeded())
          .contains(id + ", unstarted, , " + cluster.peerUrl(1) + ", , true");
      assertThat(Etcdctl.run(at, "", List.of("member", "promote", id)).err())
          .contains("can only promote a learner member which is in sync with leader");
      cluster.launch(List.of(cluster.all(), "--initial-cluster-state=existing"));
      cluster.server(1).awaitReady(ProcessCluster.READY);
      assertThat(Etcdctl.run(at, "", List.of("member", "promote", id)).succeeded())
          .contains("promoted in cluster");
      Eventually.holds(
          "it can be removed",
          Duration.ofSeconds(30),
          () -> Etcdctl.run(at, "", List.of("member", "remove", id)).exit() == 0);
      assertThat(cluster.server(1).awaitExit(EXIT)).isZero();
      assertThat(client.cluster().members(true).getMembersList()).hasSize(1);
    }
  }
}
