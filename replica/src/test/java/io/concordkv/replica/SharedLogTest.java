package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftConfig;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// Two groups that share a log.
final class SharedLogTest {
  private static final Configuration ALONE = Configuration.of(List.of(1L));
  private static final long SEGMENT_BYTES = 4096;

  private final Simulation simulation = new Simulation(51).withoutFaultSites();
  private int restTicks;
  private final TestNetwork network = new TestNetwork(simulation);

  /// A life of the node.
  private final class Life {
    final SimEnv env = simulation.env("n");
    final ReplicaHost host =
        ReplicaHost.open(
            env,
            network.open(1, env),
            new HostConfig(
                1,
                "wal",
                Duration.ofMillis(10),
                10,
                new WalOptions(SEGMENT_BYTES, Long.MAX_VALUE, 2048, 1 << 20),
                0),
            (_, _) -> {});
    final ListMachine busy = new ListMachine(env, ALONE, "busy");
    final ListMachine idle = new ListMachine(env, ALONE, "idle");
    final Replica busyReplica = host.start(config(1), busy);
    final Replica idleReplica = host.start(config(2), idle);

    long segments() {
      return env.files().list("wal").stream().filter(name -> name.endsWith(".seg")).count();
    }

    void propose(Replica replica, ListMachine machine, String command) {
      await("a leader", () -> replica.propose(Bytes.of(command)) instanceof ProposeResult.Accepted);
      await(command, () -> machine.commands().contains(command));
    }

    void await(String what, BooleanSupplier reached) {
      assertThat(simulation.runUntil(reached, Duration.ofSeconds(30))).as(what).isTrue();
    }
  }

  private ReplicaConfig config(long group) {
    return new ReplicaConfig(group, ALONE, RaftConfig.of(1), 20, 10, 1 << 20)
        .withRestTicks(restTicks);
  }

  @Test
  void the_log_is_kept_as_long_as_one_of_its_groups_needs_it() {
    var life = new Life();
    life.idle.flushes = false;
    life.propose(life.idleReplica, life.idle, "precious");
    for (int i = 0; i < 300; i++) {
      life.propose(life.busyReplica, life.busy, "a-command-of-some-length-" + i);
    }
    simulation.runFor(Duration.ofSeconds(1));
    long kept = life.segments();
    assertThat(kept).as("segments that the idle group holds").isGreaterThan(5);
    simulation.powerCut("n");

    var second = new Life();
    second.await("its only entry", () -> second.idle.commands().equals(List.of("precious")));
    second.await("all of the other's", () -> second.busy.commands().size() == 300);
    second.idle.flush();
    second.await("the trim", () -> second.segments() < kept / 2);
    second.propose(second.idleReplica, second.idle, "another");
    simulation.powerCut("n");

    var third = new Life();
    third.await("both", () -> third.idle.commands().equals(List.of("precious", "another")));
    third.await("all of the other's", () -> third.busy.commands().size() == 300);
  }

  @Test
  void a_group_that_sleeps_does_not_hold_back_the_log() {
    restTicks = 5;
    var life = new Life();
    life.propose(life.idleReplica, life.idle, "precious");
    life.await("sleep", life.idleReplica::asleep);
    for (int i = 0; i < 600; i++) {
      life.propose(life.busyReplica, life.busy, "a-command-of-some-length-" + i);
    }
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(life.idleReplica.asleep()).isTrue();
    assertThat(life.segments()).isLessThan(9);
    simulation.powerCut("n");

    var second = new Life();
    second.await("its only entry", () -> second.idle.commands().equals(List.of("precious")));
    second.await("all of the other's", () -> second.busy.commands().size() == 600);
  }

  /// What is damaged may have been of either group, so both look at what they miss.
  @Test
  void damage_concerns_each_group_by_itself() {
    var life = new Life();
    life.propose(life.idleReplica, life.idle, "early");
    for (int i = 0; i < 60; i++) {
      life.propose(life.busyReplica, life.busy, "a-command-of-some-length-" + i);
    }
    life.idle.flush();
    life.await("durable", () -> life.idle.durableIndex() > 0 && life.busy.durableIndex() >= 40);
    life.propose(life.idleReplica, life.idle, "late");
    life.propose(life.busyReplica, life.busy, "last");
    simulation.kill("n");
    var segment =
        simulation.disk("n").paths().stream().filter(path -> path.endsWith(".seg")).findFirst();
    simulation.disk("n").corrupt(segment.orElseThrow(), 300, 0xFF);

    var second = new Life();
    assertThat(second.host.damages()).hasSize(1);
    second.await("all", () -> second.busy.commands().contains("last"));
    assertThat(second.idle.commands()).containsExactly("early", "late");
    assertThat(second.busy.commands()).hasSize(61);
  }
}
