package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.raft.ConfigChange;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ProposeResult;
import io.concordkv.raft.RaftConfig;
import io.concordkv.raft.Role;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// A few replicas of one group over a simulated world.
final class TestCluster {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long GROUP = 7;

  final Simulation simulation;
  final TestNetwork network;
  private final Configuration founders;
  private final TreeMap<Long, Member> members = new TreeMap<>();
  WalOptions wal = new WalOptions(16 << 10, Long.MAX_VALUE, 8 << 10, 1 << 20);
  long snapshotEntries = 1000;
  long catchUpEntries = 1000;
  int restTicks;
  long snapshotBytesPerSecond;
  boolean slowMachines;
  UnaryOperator<RaftConfig> raft = config -> config;

  /// A running node.
  record Member(long id, SimEnv env, ReplicaHost host, ListMachine machine, Replica replica) {}

  TestCluster(long seed, int size) {
    simulation = new Simulation(seed).withoutFaultSites();
    network = new TestNetwork(simulation);
    var ids = new ArrayList<Long>();
    for (long id = 1; id <= size; id++) {
      ids.add(id);
    }
    founders = Configuration.of(ids);
  }

  static String name(long id) {
    return "node" + id;
  }

  TestCluster startAll() {
    founders.voters().forEach(this::start);
    return this;
  }

  Member start(long id) {
    return start(id, founders);
  }

  /// A member that is to be brought in, or was.
  Member join(long id) {
    return start(id, Configuration.EMPTY);
  }

  private Member start(long id, Configuration bootstrap) {
    var env = simulation.env(name(id));
    var transport = network.open(id, env);
    var host =
        ReplicaHost.open(
            env,
            transport,
            new HostConfig(id, "wal", Duration.ofMillis(10), 10, wal, snapshotBytesPerSecond),
            (from, frame) -> {});
    var machine = new ListMachine(env, bootstrap);
    machine.slow = slowMachines;
    var replica =
        host.start(
            new ReplicaConfig(
                    GROUP,
                    bootstrap,
                    raft.apply(RaftConfig.of(id)),
                    snapshotEntries,
                    catchUpEntries,
                    1 << 20)
                .withRestTicks(restTicks),
            machine);
    var member = new Member(id, env, host, machine, replica);
    members.put(id, member);
    return member;
  }

  Member member(long id) {
    return Objects.requireNonNull(members.get(id));
  }

  List<Member> alive() {
    return members.values().stream().filter(member -> member.env.alive()).toList();
  }

  /// Runs until somebody leads whom a majority follows.
  Member leader() {
    var found = new ArrayList<Member>();
    assertThat(
            simulation.runUntil(
                () -> {
                  found.clear();
                  for (var member : alive()) {
                    long followers =
                        alive().stream().filter(m -> m.machine.leader == member.id).count();
                    if (member.machine.role == Role.LEADER
                        && followers * 2 > founders.voters().size()) {
                      found.add(member);
                    }
                  }
                  return found.size() == 1;
                },
                PATIENCE))
        .as("a leader")
        .isTrue();
    return found.getFirst();
  }

  /// Proposes until it is taken, wherever the leader is then.
  void propose(String command) {
    for (int attempt = 0; attempt < 100; attempt++) {
      if (leader().replica.propose(Bytes.of(command)) instanceof ProposeResult.Accepted) {
        return;
      }
      simulation.runFor(Duration.ofMillis(10));
    }
    throw new AssertionError("nobody takes " + command);
  }

  /// Asks for a change until it is taken, and waits until it is in force.
  void change(ConfigChange.Step... steps) {
    var change = ConfigChange.of(steps);
    boolean taken = false;
    for (int attempt = 0; attempt < 200; attempt++) {
      var status = leader().replica.status();
      if (!taken) {
        taken =
            leader().replica.changeConfig(change, Bytes.of("why"))
                instanceof ProposeResult.Accepted;
      } else if (!status.configuration().joint() && status.applied() == status.last().index()) {
        return;
      }
      simulation.runFor(Duration.ofMillis(10));
    }
    throw new AssertionError("nobody makes the change " + change);
  }

  void proposeMany(String prefix, int count) {
    for (int i = 0; i < count; i++) {
      propose(prefix + i);
      if (i % 20 == 0) {
        simulation.runFor(Duration.ofMillis(5));
      }
    }
  }

  void await(String what, java.util.function.BooleanSupplier reached) {
    assertThat(simulation.runUntil(reached, PATIENCE)).as(what).isTrue();
  }

  /// Runs until all who live have applied `command` and the same list.
  void awaitEverywhere(String command) {
    await(
        command + " everywhere",
        () ->
            alive().stream().allMatch(m -> m.machine.commands().contains(command))
                && alive().stream().map(m -> m.machine.commands()).distinct().count() == 1);
  }

  /// Asks for a linearizable read; what comes is put into `answers`.
  void read(Member member, List<Long> answers) {
    member.replica.readIndex(answers::add);
  }
}
