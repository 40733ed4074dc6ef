package io.concordkv.sim.nemesis;

import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.net.Trouble;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Where blows fall: what all of them reach for.
final class Field {
  private static final int MAX_FIFTHS = 20;

  final Simulation simulation;
  final SimCluster cluster;
  final SimNetwork network;
  final Clients clients;
  final Swarm swarm;
  private boolean still;

  Field(
      Simulation simulation, SimCluster cluster, SimNetwork network, Clients clients, Swarm swarm) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.network = network;
    this.clients = clients;
    this.swarm = swarm;
  }

  /// Nothing that is planned happens any more.
  void fallSilent() {
    still = true;
  }

  void later(long millis, Runnable task) {
    laterMicros(millis * 1000, task);
  }

  void laterMicros(long micros, Runnable task) {
    simulation
        .world()
        .after(
            Duration.ofNanos(micros * 1000),
            () -> {
              if (!still) {
                task.run();
              }
            });
  }

  SimNode victim(Fault fault) {
    return cluster.nodes().get(fault.victim() % cluster.nodes().size());
  }

  SimNode leaderOr(SimNode other) {
    var leader = cluster.leader();
    return leader == null ? other : leader;
  }

  /// The ids of all nodes, in an order that chance decides.
  List<Long> shuffledIds(SplittableRandom chance) {
    var ids =
        new ArrayList<>(cluster.nodes().stream().map(SimNode::id).filter(id -> id != 0).toList());
    for (int i = ids.size() - 1; i > 0; i--) {
      Collections.swap(ids, i, chance.nextInt(i + 1));
    }
    return ids;
  }

  /// For `millis` the network has `trouble`.
  void trouble(Trouble trouble, long millis) {
    network.add(trouble);
    later(millis, () -> network.remove(trouble));
  }

  /// For `millis` all that `node` hears is late by up to some elections. With `mute` nobody hears
  /// it any more, a little later: what it said before is still being answered then.
  void lag(long node, boolean mute, long millis, SplittableRandom chance) {
    int late = elections(chance);
    trouble(new Trouble.Late(Route.to(node), List.of(), late), millis);
    if (mute) {
      laterMicros(chance.nextInt(late), () -> trouble(new Trouble.Cut(Route.from(node)), millis));
    }
  }

  /// Around a leader, and perhaps around others that are too few to decide with it: learners, and
  /// less than half of the voters.
  Route exile(SimNode leader, SplittableRandom chance) {
    var group = new TreeSet<Long>();
    group.add(leader.id());
    var up = leader.up();
    if (up == null || chance.nextInt(4) == 0) {
      return Route.around(group);
    }
    var configuration = up.raftStatus().configuration();
    int voters = 1;
    for (long id : shuffledIds(chance)) {
      boolean votes = configuration.votes(id);
      boolean few = 2 * (voters + 1) < configuration.voters().size();
      if ((!votes || (few && chance.nextInt(3) > 0)) && group.add(id)) {
        voters += votes ? 1 : 0;
      }
    }
    return Route.around(group);
  }

  /// As long as a part of an election takes, or a few of them, in microseconds.
  int elections(SplittableRandom chance) {
    long fifth = swarm.config().electionTimeout().toNanos() / 5000;
    return (int) (fifth * (1 + chance.nextInt(MAX_FIFTHS)));
  }

  void restart(SimNode node, long millis) {
    later(millis, () -> cluster.start(node));
  }

  void powerCut(SimNode node, long millis) {
    cluster.powerCut(node);
    restart(node, millis);
  }
}
