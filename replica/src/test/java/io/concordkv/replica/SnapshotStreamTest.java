package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.State;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// How a state gets from one member to another.
final class SnapshotStreamTest {
  private static final int PARTS_BEFORE_BREAK = 9;
  private static final int BYTES_PER_SECOND = 2000;

  /// A cluster one of whose members misses so much that it needs the state.
  private static TestCluster withStraggler(long seed, int early, int late) {
    return withStraggler(seed, early, late, 0);
  }

  private static TestCluster withStraggler(long seed, int early, int late, long bytesPerSecond) {
    var cluster = new TestCluster(seed, 3);
    cluster.snapshotBytesPerSecond = bytesPerSecond;
    cluster.catchUpEntries = 20;
    cluster.snapshotEntries = 50;
    cluster.startAll();
    cluster.proposeMany("early", early);
    cluster.propose("known");
    cluster.awaitEverywhere("known");
    cluster.network.isolated.add(straggler(cluster).id());
    cluster.proposeMany("late", late);
    return cluster;
  }

  private static TestCluster.Member straggler(TestCluster cluster) {
    return cluster.member(cluster.leader().id() % 3 + 1);
  }

  @Test
  void a_stream_goes_on_where_a_break_left_it() {
    var cluster = withStraggler(31, 0, 600);
    var straggler = cluster.member(cluster.network.isolated.first());
    var leader = cluster.leader();
    var parts = new AtomicInteger();
    cluster.network.drop =
        (to, frame) -> {
          boolean part = frame.kind() == StreamFrame.CHUNK || frame.kind() == StreamFrame.OFFER;
          if (part && parts.incrementAndGet() == PARTS_BEFORE_BREAK) {
            cluster.network.isolated.add(straggler.id());
          }
          return false;
        };
    cluster.network.isolated.clear();
    cluster.await("the break", () -> !cluster.network.isolated.isEmpty());
    cluster.simulation.runFor(Duration.ofSeconds(3));
    cluster.network.isolated.clear();
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(straggler.machine().snapshotsInstalled).isEqualTo(1);
    assertThat(leader.machine().snapshotsTaken).as("streams begun").isEqualTo(1);
    assertThat(straggler.machine().partsAdded + straggler.machine().partsKept)
        .as("parts taken in")
        .isEqualTo(leader.machine().partsRead);
  }

  @Test
  void parts_that_a_member_has_itself_are_not_sent() {
    var cluster = withStraggler(32, 400, 200);
    var straggler = cluster.member(cluster.network.isolated.first());
    cluster.network.isolated.clear();
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    var machine = straggler.machine();
    assertThat(machine.snapshotsInstalled).isPositive();
    assertThat(machine.partsKept).isGreaterThan(10);
    assertThat(machine.commands()).hasSize(602);
  }

  @Test
  void a_throttled_stream_takes_its_time_and_no_leader_is_lost() {
    var cluster = withStraggler(33, 0, 600, BYTES_PER_SECOND);
    var straggler = cluster.member(cluster.network.isolated.first());
    long term = cluster.leader().replica().status().hardState().term();
    cluster.network.isolated.clear();
    long begun = cluster.simulation.nanos();
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(straggler.machine().partsAdded).isGreaterThan(20);
    long bytes = 100L * straggler.machine().partsAdded;
    long millis = (cluster.simulation.nanos() - begun) / 1_000_000;
    assertThat(millis).isGreaterThan(bytes * 1000 / BYTES_PER_SECOND * 9 / 10);
    assertThat(cluster.leader().replica().status().hardState().term()).isEqualTo(term);
  }

  @Test
  void parts_of_an_older_stream_are_not_taken() {
    var simulation = new Simulation(34).withoutFaultSites();
    var env = simulation.env("n");
    var founders = Configuration.of(List.of(1L, 2L, 3L));
    var machine = new ListMachine(env, founders);
    var sent = new ArrayList<StreamFrame>();
    var arrived = new ArrayList<StreamFrame.End>();
    var streams =
        new SnapshotStreams(
            env,
            machine,
            new SendBudget(0),
            new SplittableRandom(1),
            10,
            new SnapshotStreams.Owner() {
              @Override
              public void send(long to, StreamFrame frame) {
                sent.add(frame);
              }

              @Override
              public boolean mayServe() {
                return true;
              }

              @Override
              public void delivered(long follower, boolean delivered) {}

              @Override
              public void arrived(long from, StreamFrame.End end, SnapshotSink sink) {
                arrived.add(end);
              }
            });
    var old = new StreamId(4, 2);
    var now = new StreamId(5, 1);
    streams.receive(1, new StreamFrame.Chunk(old, 0, Bytes.of("old")));
    simulation.runFor(Duration.ofSeconds(1));
    streams.receive(2, new StreamFrame.Chunk(now, 0, Bytes.of("new")));
    simulation.runFor(Duration.ofSeconds(1));
    sent.clear();
    streams.receive(1, new StreamFrame.Chunk(old, 1, Bytes.of("old too")));
    streams.receive(1, new StreamFrame.Offer(old, 1, Bytes.of("x"), Bytes.wrap(new byte[32])));
    var mark = new SnapshotMark(new LogPosition(9, 4), founders);
    streams.receive(1, new StreamFrame.End(old, 1, mark));
    streams.receive(3, new StreamFrame.Chunk(StreamId.requested(7), 0, Bytes.of("unasked")));
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(machine.partsAdded).isEqualTo(2);
    assertThat(arrived).isEmpty();
    assertThat(sent)
        .containsExactly(new StreamFrame.Progress(StreamId.requested(7), 0, State.FAILED));
    streams.receive(2, new StreamFrame.End(now, 1, mark));
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(arrived).hasSize(1);
  }

  @Test
  void a_damaged_state_is_replaced_by_a_peers_while_the_log_goes_on() {
    var cluster = new TestCluster(35, 3).startAll();
    cluster.proposeMany("c", 300);
    cluster.propose("known");
    cluster.awaitEverywhere("known");
    var member = straggler(cluster);
    long third = 6 - member.id() - cluster.leader().id();
    member.machine().commands().set(150, "damaged");
    assertThat(member.replica().renewState()).isTrue();
    cluster.simulation.runFor(Duration.ofMillis(20));
    cluster.simulation.kill(TestCluster.name(third));
    cluster.proposeMany("meanwhile", 50);
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(member.replica().renewing()).isFalse();
    assertThat(member.machine().partsKept).as("undamaged parts").isGreaterThan(4);
    assertThat(member.machine().commands()).doesNotContain("damaged").hasSize(352);
    cluster.simulation.powerCut(TestCluster.name(member.id()));
    cluster.start(member.id());
    cluster.awaitEverywhere("last");
  }

  @Test
  void a_leader_hands_its_office_over_before_it_replaces_its_state() {
    var cluster = new TestCluster(36, 3).startAll();
    cluster.proposeMany("c", 100);
    cluster.propose("known");
    cluster.awaitEverywhere("known");
    var leader = cluster.leader();
    leader.machine().commands().set(50, "damaged");
    assertThat(leader.replica().renewState()).isTrue();
    cluster.await("the renewal", () -> !leader.replica().renewing());
    assertThat(cluster.leader().id()).isNotEqualTo(leader.id());
    cluster.propose("last");
    cluster.awaitEverywhere("last");
  }

  @Test
  void a_single_member_cannot_replace_its_state() {
    var cluster = new TestCluster(37, 1).startAll();
    cluster.leader();
    assertThat(cluster.member(1).replica().renewState()).isFalse();
  }

  @Test
  void a_lost_state_is_fetched_from_a_peer_and_the_log_stays() {
    var cluster = new TestCluster(38, 3);
    cluster.wal = new WalOptions(4096, Long.MAX_VALUE, 2048, 1 << 20);
    cluster.catchUpEntries = 20;
    cluster.snapshotEntries = 50;
    cluster.startAll();
    cluster.proposeMany("a-command-of-some-length-", 600);
    cluster.propose("known");
    cluster.awaitEverywhere("known");
    long victim = straggler(cluster).id();
    cluster.simulation.kill(TestCluster.name(victim));
    var files = cluster.simulation.env(TestCluster.name(victim)).files();
    files.delete("state");
    files.syncDirectory("");
    var member = cluster.start(victim);
    assertThat(member.replica().hollow()).isTrue();
    assertThat(member.replica().status().suspect()).isFalse();
    cluster.propose("last");
    cluster.awaitEverywhere("last");
    assertThat(member.replica().hollow()).isFalse();
    assertThat(member.machine().commands()).hasSize(602);
  }
}
