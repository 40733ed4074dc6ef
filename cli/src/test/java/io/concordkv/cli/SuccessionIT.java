package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.PutRequest;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a new leader takes over, and who becomes one.
final class SuccessionIT {
  private static final List<Integer> PRIORITIES = List.of(10, 3, 3);

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TTL = Duration.ofSeconds(3);
  private static final String KEY = "leased";

  private static ProcessCluster cluster;
  private static ConcordClient client;

  @BeforeAll
  static void start() {
    cluster = ProcessCluster.start("succession", 0, 3);
    for (int priority : PRIORITIES) {
      cluster.launch(List.of(cluster.all(), "--election-priority=" + priority));
    }
    for (int member = 0; member < PRIORITIES.size(); member++) {
      cluster.server(member).awaitReady(ProcessCluster.READY);
    }
    client = cluster.client(Duration.ofSeconds(2));
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  /// However slow the machine is, the lease cannot end before its time has passed since the renewal
  /// was asked for. A leader that did not know of it would not renew it.
  @Test
  void a_lease_outlives_its_leader_and_ends_in_its_time() {
    int leader = awaitLeader();
    long lease = client.lease().grant(TTL.toSeconds()).getID();
    putLeased(lease);
    cluster.kill(leader);

    var renewed = new AtomicLong();
    Eventually.holds(
        "the next leader renews it",
        LIMIT,
        () -> {
          var begun = System.nanoTime();
          boolean done = renew(lease);
          renewed.set(begun);
          return done;
        });
    Eventually.holds("the key ends with its lease", LIMIT, SuccessionIT::gone);
    assertThat(Duration.ofNanos(System.nanoTime() - renewed.get())).isGreaterThanOrEqualTo(TTL);
    assertThat(client.lease().list().getLeasesList()).isEmpty();
    restart(leader);
  }

  @Test
  void the_member_of_the_highest_priority_leads_again_after_it_was_killed() {
    awaitLeader(0);
    cluster.kill(0);
    Eventually.holds(
        "another one leads",
        LIMIT,
        () -> cluster.leader(client).isPresent() && cluster.leader(client).getAsInt() != 0);
    restart(0);
    awaitLeader(0);
  }

  private static void restart(int member) {
    cluster.restart(member);
    cluster.server(member).awaitReady(ProcessCluster.READY);
  }

  private static int awaitLeader() {
    Eventually.holds("somebody leads", LIMIT, () -> cluster.leader(client).isPresent());
    return cluster.leader(client).orElseThrow();
  }

  private static void awaitLeader(int member) {
    Eventually.holds(
        member + " leads", LIMIT, () -> cluster.leader(client).equals(OptionalInt.of(member)));
  }

  private static void putLeased(long lease) {
    client
        .kv()
        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(KEY)).setLease(lease).build());
  }

  private static boolean gone() {
    try {
      return client.kv().get(KEY).isEmpty();
    } catch (ClientException unanswered) {
      return false;
    }
  }

  private static boolean renew(long lease) {
    try {
      return client.lease().keepAliveOnce(lease).getTTL() == TTL.toSeconds();
    } catch (ClientException goneOrUnanswered) {
      return false;
    }
  }
}
