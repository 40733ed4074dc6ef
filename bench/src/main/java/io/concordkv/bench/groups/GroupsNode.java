package io.concordkv.bench.groups;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.RaftConfig;
import io.concordkv.replica.HostConfig;
import io.concordkv.replica.Replica;
import io.concordkv.replica.ReplicaConfig;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.transport.memory.MemoryNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// A node with many groups: one loop, one log, real files, frames to the others through memory.
final class GroupsNode implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int ELECTION_TICKS = 10;
  private static final Bytes COMMAND = Bytes.wrap(new byte[256]);

  private final RealEnv env;
  private final ReplicaHost host;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<CountingMachine> machines = new ArrayList<>();
  private final AtomicLong applied = new AtomicLong();
  private volatile boolean working;

  private GroupsNode(RealEnv env, ReplicaHost host) {
    this.env = env;
    this.host = host;
  }

  static GroupsNode open(
      MemoryNetwork network, long id, Configuration all, int groups, int restTicks, Path path) {
    var env =
        RealEnv.open(
            path,
            "node" + id,
            failure -> {
              failure.printStackTrace();
              Runtime.getRuntime().halt(1);
            });
    var opened = new CompletableFuture<GroupsNode>();
    env.loop()
        .post(() -> {
          var host =
              ReplicaHost.open(
                  env,
                  network.open(id, env.loop()),
                  new HostConfig(id, "wal", TICK, ELECTION_TICKS, WalOptions.DEFAULT, 0),
                  (_, _) -> {});
          var node = new GroupsNode(env, host);
          var raft = RaftConfig.of(id);
          for (long group = 1; group <= groups; group++) {
            node.start(raft, group, all, restTicks);
          }
          opened.complete(node);
        });
    return opened.join();
  }

  private void start(RaftConfig raft, long group, Configuration all, int restTicks) {
    int number = replicas.size();
    var machine = new CountingMachine(all, () -> counted(number));
    machines.add(machine);
    var config =
        new ReplicaConfig(group, all, raft, 100_000, 1000, 1 << 20).withRestTicks(restTicks);
    replicas.add(host.start(config, machine));
  }

  private void counted(int number) {
    applied.incrementAndGet();
    if (working) {
      propose(number);
    }
  }

  private void propose(int number) {
    var _ = replicas.get(number).propose(COMMAND);
  }

  /// How many groups this node leads, or -1 if one of them has no leader yet.
  long led() {
    return ask(() ->
        machines.stream().allMatch(CountingMachine::knowsLeader)
            ? machines.stream().filter(CountingMachine::leads).count()
            : -1L);
  }

  long asleep() {
    return ask(() -> replicas.stream().filter(Replica::asleep).count());
  }

  /// In each of the first `active` groups that this node leads, `each` commands are always under
  /// way.
  void work(int active, int each) {
    working = true;
    env.loop()
        .post(() -> {
          for (int number = 0; number < active; number++) {
            for (int i = 0; machines.get(number).leads() && i < each; i++) {
              propose(number);
            }
          }
        });
  }

  void rest() {
    working = false;
  }

  long applied() {
    return applied.get();
  }

  private <T> T ask(Supplier<T> question) {
    var answer = new CompletableFuture<T>();
    env.loop().post(() -> answer.complete(question.get()));
    return answer.join();
  }

  @Override
  public void close() {
    ask(() -> {
      host.close();
      return true;
    });
    env.close();
  }
}
