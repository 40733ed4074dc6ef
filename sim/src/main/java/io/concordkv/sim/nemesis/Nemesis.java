package io.concordkv.sim.nemesis;

import io.concordkv.base.ConcordException;
import io.concordkv.node.Header;
import io.concordkv.node.Reply;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.net.Weather;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// Strikes again and again, with what the seed has switched on, and undoes each blow after a while.
public final class Nemesis {
  private static final long MAX_PEACE_MILLIS = 2500;
  private static final long MAX_HARM_MILLIS = 6000;

  /// What it can do.
  private enum Blow {
    WEATHER,
    HALVES,
    ISOLATE_LEADER,
    ISOLATE_ONE,
    ONE_WAY,
    KILL,
    POWER_CUT,
    POWER_CUT_LEADER,
    POWER_CUT_AT_OPERATION,
    BLACKOUT,
    PAUSE,
    TRANSFER
  }

  private final Simulation simulation;
  private final SimCluster cluster;
  private final SimNetwork network;
  private final SplittableRandom chance;
  private final List<Blow> blows = new ArrayList<>();
  private final Plots plots;
  private boolean stopped;
  private int struck;

  public Nemesis(
      Simulation simulation, SimCluster cluster, SimNetwork network, Clients clients, Swarm swarm) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.network = network;
    plots = new Plots(simulation, cluster, network, clients, swarm);
    chance = simulation.random("nemesis");
    arm(swarm.foulWeather(), Blow.WEATHER, Blow.WEATHER);
    arm(swarm.partitions(), Blow.HALVES, Blow.ISOLATE_LEADER, Blow.ISOLATE_ONE);
    arm(swarm.oneWay(), Blow.ONE_WAY);
    arm(swarm.kills(), Blow.KILL);
    arm(swarm.powerCuts(), Blow.POWER_CUT, Blow.POWER_CUT_LEADER, Blow.POWER_CUT_AT_OPERATION);
    arm(swarm.blackouts(), Blow.BLACKOUT);
    arm(swarm.pauses(), Blow.PAUSE);
    arm(swarm.transfers(), Blow.TRANSFER);
  }

  private void arm(boolean on, Blow... more) {
    if (on) {
      blows.addAll(List.of(more));
    }
  }

  public void start() {
    plots.start();
    if (!blows.isEmpty()) {
      later(chance.nextLong(MAX_PEACE_MILLIS), this::strike);
    }
  }

  /// Stops, and undoes what was done: every link works, every node runs.
  public void stop() {
    stopped = true;
    plots.stop();
    network.heal();
    cluster.nodes().forEach(cluster::spare);
    cluster.nodes().forEach(cluster::start);
  }

  public int struck() {
    return struck + plots.struck();
  }

  private void later(long millis, Runnable task) {
    simulation
        .world()
        .after(
            Duration.ofMillis(millis),
            () -> {
              if (!stopped) {
                task.run();
              }
            });
  }

  private void strike() {
    later(1 + chance.nextLong(MAX_PEACE_MILLIS), this::strike);
    struck++;
    var blow = blows.get(chance.nextInt(blows.size()));
    simulation.note(blow.name().length());
    var victim = cluster.nodes().get(chance.nextInt(cluster.nodes().size()));
    long harm = 50 + chance.nextLong(MAX_HARM_MILLIS);
    switch (blow) {
      case WEATHER -> {
        network.weather(foul());
        later(harm, () -> network.weather(Weather.FAIR));
      }
      case HALVES -> {
        var ids = new ArrayList<>(ids());
        int cut = 1 + chance.nextInt(ids.size() - 1);
        for (int i = ids.size() - 1; i > 0; i--) {
          Collections.swap(ids, i, chance.nextInt(i + 1));
        }
        network.part(ids.subList(0, cut), ids.subList(cut, ids.size()));
        later(harm, network::mendAll);
      }
      case ISOLATE_LEADER -> isolate(leaderOr(victim), harm);
      case ISOLATE_ONE -> isolate(victim, harm);
      case ONE_WAY -> {
        var other = cluster.nodes().get(chance.nextInt(cluster.nodes().size()));
        network.cut(victim.id(), other.id());
        later(harm, () -> network.mend(victim.id(), other.id()));
      }
      case KILL -> {
        cluster.kill(victim);
        restart(victim, harm);
      }
      case POWER_CUT -> powerCut(victim, harm);
      case POWER_CUT_LEADER -> powerCut(leaderOr(victim), harm);
      case POWER_CUT_AT_OPERATION -> {
        if (victim.running()) {
          cluster.powerCutAt(victim, 1 + chance.nextInt(40));
          restart(victim, 3000 + harm);
        }
      }
      case BLACKOUT -> {
        for (var node : cluster.nodes()) {
          powerCut(node, chance.nextLong(MAX_HARM_MILLIS));
        }
      }
      case PAUSE -> {
        var env = victim.env();
        if (env != null && env.alive()) {
          env.pause(Duration.ofMillis(chance.nextLong(1, MAX_HARM_MILLIS)));
        }
      }
      case TRANSFER -> transfer(victim);
    }
  }

  private void isolate(SimNode node, long millis) {
    var others = ids().stream().filter(id -> id != node.id()).toList();
    network.part(List.of(node.id()), others);
    later(millis, network::mendAll);
  }

  private void powerCut(SimNode node, long millis) {
    cluster.powerCut(node);
    restart(node, millis);
  }

  private void restart(SimNode node, long millis) {
    later(millis, () -> cluster.start(node));
  }

  private void transfer(SimNode to) {
    var leader = cluster.leader();
    var node = leader == null ? null : leader.up();
    if (node != null) {
      node.moveLeader(
          to.id(),
          new Reply<Header>() {
            @Override
            public void done(Header header) {
              simulation.note(header.term());
            }

            @Override
            public void failed(ConcordException error) {
              simulation.note(error.code().name().length());
            }
          });
    }
  }

  private SimNode leaderOr(SimNode other) {
    var leader = cluster.leader();
    return leader == null ? other : leader;
  }

  private List<Long> ids() {
    return cluster.nodes().stream().map(SimNode::id).toList();
  }

  private Weather foul() {
    return new Weather(
        chance.nextBoolean() ? chance.nextInt(300) : 0,
        chance.nextBoolean() ? chance.nextInt(300) : 0,
        chance.nextBoolean() ? chance.nextInt(20) : 0,
        100,
        500 + chance.nextInt(50_000),
        chance.nextBoolean() ? chance.nextInt(200) : 0,
        1 + chance.nextInt(3_000_000),
        chance.nextBoolean());
  }
}
