package io.concordkv.sim.nemesis;

import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.util.List;
import java.util.function.Consumer;

/// Executes the faults that the seed has made, and undoes each blow after a while.
public final class Nemesis {
  private final Simulation simulation;
  private final SimCluster cluster;
  private final SimNetwork network;
  private final Field field;
  private final List<Fault> faults;
  private final NetworkHarm between;
  private final ProcessHarm process;
  private final DiskHarm disk;
  private final Plots plots;
  private final Succession succession;
  private Consumer<String> onStrike = _ -> {};
  private int struck;

  public Nemesis(
      Simulation simulation, SimCluster cluster, SimNetwork network, Clients clients, Swarm swarm) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.network = network;
    field = new Field(simulation, cluster, network, clients, swarm);
    faults = Fault.plan(swarm, simulation.random("nemesis"));
    between = new NetworkHarm(field);
    process = new ProcessHarm(field);
    disk = new DiskHarm(field);
    succession = new Succession(field);
    plots = new Plots(field, succession);
  }

  public void start() {
    faults.forEach(fault -> field.later(fault.atMillis(), () -> strike(fault)));
  }

  /// Tells `listener` of each fault when it comes.
  public void onStrike(Consumer<String> listener) {
    onStrike = listener;
  }

  /// Nothing new happens, but what was done stays.
  public void rest() {
    field.fallSilent();
  }

  /// Every link works, every node runs.
  public void healAll() {
    rest();
    network.heal();
    cluster.nodes().forEach(this::heal);
  }

  /// `node` can do again what it likes.
  public void heal(SimNode node) {
    cluster.spare(node);
    simulation.clock(node.name()).thawWall();
    var env = node.env();
    if (env != null) {
      env.slow(0);
    }
    cluster.start(node);
  }

  /// How many faults there were.
  public int struck() {
    return struck;
  }

  /// The numbers of all that are to happen.
  public List<Integer> planned() {
    return faults.stream().map(Fault::number).toList();
  }

  /// All that are to happen, for people to read.
  public List<String> describe() {
    return faults.stream().map(Fault::toString).toList();
  }

  private void strike(Fault fault) {
    struck++;
    simulation.note(fault.number());
    onStrike.accept(fault.toString());
    var victim = field.victim(fault);
    switch (fault.blow()) {
      case WEATHER -> between.weather(fault);
      case ECHO -> between.echo(fault);
      case HALVES -> between.halves(fault);
      case ISOLATE_LEADER -> between.isolateLeader(field.leaderOr(victim), fault);
      case ISOLATE_ONE -> between.isolate(victim.id(), fault);
      case BRIDGE -> between.bridge(fault);
      case RING -> between.ring(fault);
      case ONE_WAY -> between.oneWay(fault);
      case MUTE -> between.mute(fault);
      case LAG -> between.lag(fault);
      case LAG_VOTES -> between.lagVotes(fault);
      case LOSE_APPEND_REPLIES -> between.deaf(fault, MessageCodec.APPEND_REPLY);
      case LOSE_HEARTBEATS -> between.loseHeartbeats(fault);
      case LOSE_APPENDS -> between.deaf(fault, MessageCodec.APPEND);
      case LOSE_CHUNKS -> between.loseChunks(fault);
      case LOSE_VOTE_REPLIES -> between.deaf(fault, MessageCodec.VOTE_REPLY);
      case CLOG -> between.clog(Route.ALL, fault);
      case CLOG_ONE -> between.clog(Route.of(victim.id()), fault);
      case NARROW -> between.narrow(fault);
      case RESET -> between.reset(fault);
      case KILL -> process.kill(fault);
      case KILL_AT_OPERATION -> process.dieAtOperation(fault, false);
      case KILL_AT_STEP -> process.dieAtStep(fault, false);
      case POWER_CUT_AT_STEP -> process.dieAtStep(fault, true);
      case KILL_AT_VOTE -> process.dieAtVote(fault, false);
      case POWER_CUT_AT_VOTE -> process.dieAtVote(fault, true);
      case CRASH_LOOP -> process.crashLoop(fault);
      case ROLLING_RESTART -> process.rollingRestart(fault);
      case POWER_CUT -> process.powerCut(victim, fault);
      case POWER_CUT_LEADER -> process.powerCut(field.leaderOr(victim), fault);
      case POWER_CUT_AT_OPERATION -> process.dieAtOperation(fault, true);
      case BLACKOUT -> process.blackout(fault);
      case MAJORITY_DOWN -> process.majorityDown(fault);
      case PAUSE -> process.pause(fault);
      case PAUSE_AT_EVENT -> process.pauseAtEvent(fault);
      case SLOW_NODE -> process.slowNode(fault);
      case SLOW_DISK -> process.slowDisk(fault);
      case WALL_JUMP -> process.wallJump(fault);
      case WALL_FREEZE -> process.wallFreeze(fault);
      case TRANSFER -> process.transfer(fault);
      case COUP -> plots.coup(fault);
      case RIVALS -> plots.rivals(fault);
      case RUSH -> plots.rush(fault);
      case ADD_MEMBER -> succession.add(fault);
      case PROMOTE_MEMBER -> succession.promote(fault);
      case REMOVE_MEMBER -> succession.remove(fault);
      case REPLACE_MEMBERS -> succession.replace(fault);
      case RACE_FOR_MEMBERS -> succession.race(fault);
      case RESIZE -> succession.resize(fault);
      case STALL -> plots.stall(fault);
      case BAD_SYNC -> disk.badSync(fault);
      case BAD_READ -> disk.badRead(fault);
      case BAD_WRITE -> disk.badWrite(fault);
      case FULL_DISK -> disk.fullDisk(fault);
      case ROT_LOG -> disk.rotLog(fault, false);
      case ROT_LOG_TAIL -> disk.rotLog(fault, true);
      case ROT_STATE -> disk.rotState(fault);
      case MISDIRECTED_WRITE -> disk.astray(fault, true);
      case PHANTOM_WRITE -> disk.astray(fault, false);
    }
  }
}
