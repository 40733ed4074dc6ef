package io.concordkv.sim.nemesis;

import io.concordkv.base.ConcordException;
import io.concordkv.node.Header;
import io.concordkv.node.Reply;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.mark.Landmarks;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.Trouble;
import java.time.Duration;

/// What happens to processes and machines.
final class ProcessHarm {
  private static final int MAX_OPERATIONS = 60;
  private static final int MAX_STEP_OPERATIONS = 12;
  private static final int MAX_VOTE_OPERATIONS = 5;
  private static final int MAX_EVENTS = 300;
  private static final long MAX_WALL_JUMP_MILLIS = Duration.ofHours(1).toMillis();

  private final Field field;

  ProcessHarm(Field field) {
    this.field = field;
  }

  void kill(Fault fault) {
    var victim = field.victim(fault);
    field.cluster.kill(victim);
    field.network.hangUp(victim.id());
    field.restart(victim, fault.harmMillis());
  }

  void dieAtOperation(Fault fault, boolean power) {
    var victim = field.victim(fault);
    if (victim.running()) {
      field.cluster.dieAt(victim, 1 + fault.chance().nextInt(MAX_OPERATIONS), power);
      field.restart(victim, 1000 + fault.harmMillis());
    }
  }

  /// Ends within a few file operations of some step that is rare, or hardly longer than them: the
  /// installation of a snapshot, the recycling of a segment.
  void dieAtStep(Fault fault, boolean power) {
    var victim = field.victim(fault);
    var env = victim.env();
    if (env != null && env.alive()) {
      var chance = fault.chance();
      var step = Landmarks.STEPS.get(chance.nextInt(Landmarks.STEPS.size()));
      int operation = 1 + chance.nextInt(MAX_STEP_OPERATIONS);
      env.atMark(step, () -> field.cluster.dieAt(victim, operation, power));
      field.restart(victim, 1000 + fault.harmMillis());
    }
  }

  /// Ends while it writes down the vote that it casts when the leader is gone.
  void dieAtVote(Fault fault, boolean power) {
    var victim = field.victim(fault);
    var env = victim.env();
    if (env != null && env.alive()) {
      int operation = 1 + fault.chance().nextInt(MAX_VOTE_OPERATIONS);
      env.atMark("replica/vote", () -> field.cluster.dieAt(victim, operation, power));
      var leader = field.leaderOr(victim);
      if (leader != victim) {
        field.trouble(new Trouble.Cut(Route.of(leader.id())), fault.harmMillis());
      }
      field.restart(victim, 1000 + fault.harmMillis());
    }
  }

  /// Falls again and again, now and then before it is up.
  void crashLoop(Fault fault) {
    var victim = field.victim(fault);
    var chance = fault.chance();
    long at = 0;
    for (int i = 2 + chance.nextInt(6); i > 0; i--) {
      long fall = at;
      field.later(fall, () -> field.cluster.kill(victim));
      long rise = fall + chance.nextLong(200);
      field.later(rise, () -> field.cluster.start(victim));
      at = rise + chance.nextLong(chance.nextBoolean() ? 20 : 1000);
    }
  }

  void rollingRestart(Fault fault) {
    var chance = fault.chance();
    long at = 0;
    for (var node : field.cluster.nodes()) {
      long fall = at;
      field.later(fall, () -> field.cluster.kill(node));
      long rise = fall + chance.nextLong(300);
      field.later(rise, () -> field.cluster.start(node));
      at = rise + chance.nextLong(1500);
    }
  }

  void powerCut(SimNode node, Fault fault) {
    field.powerCut(node, fault.harmMillis());
  }

  void blackout(Fault fault) {
    var chance = fault.chance();
    for (var node : field.cluster.nodes()) {
      field.powerCut(node, chance.nextLong(fault.harmMillis()));
    }
  }

  void majorityDown(Fault fault) {
    var chance = fault.chance();
    var nodes = field.cluster.nodes();
    int majority = nodes.size() / 2 + 1;
    for (int i = 0; i < majority; i++) {
      var node = nodes.get((fault.victim() + i) % nodes.size());
      long back = i == 0 ? chance.nextLong(500) : 500 + chance.nextLong(2 * fault.harmMillis());
      if (chance.nextBoolean()) {
        field.cluster.kill(node);
        field.restart(node, back);
      } else {
        field.powerCut(node, back);
      }
    }
  }

  void pause(Fault fault) {
    var env = field.victim(fault).env();
    if (env != null && env.alive()) {
      env.pause(Duration.ofMillis(fault.harmMillis()));
    }
  }

  void pauseAtEvent(Fault fault) {
    var chance = fault.chance();
    var env = field.leaderOr(field.victim(fault)).env();
    if (env != null && env.alive()) {
      env.pauseAtEvent(1 + chance.nextInt(MAX_EVENTS), Duration.ofMillis(fault.harmMillis()));
    }
  }

  void slowNode(Fault fault) {
    var env = field.victim(fault).env();
    if (env != null && env.alive()) {
      env.slow(Duration.ofNanos(fault.chance().nextLong(3_000_000)).toNanos());
      field.later(fault.harmMillis(), () -> env.slow(0));
    }
  }

  void slowDisk(Fault fault) {
    var env = field.victim(fault).env();
    if (env != null && env.alive()) {
      env.slowWork(Duration.ofNanos(fault.chance().nextLong(300_000_000)).toNanos());
      field.later(fault.harmMillis(), () -> env.slowWork(0));
    }
  }

  void wallJump(Fault fault) {
    long millis = fault.chance().nextLong(-MAX_WALL_JUMP_MILLIS, MAX_WALL_JUMP_MILLIS);
    field.simulation.clock(field.victim(fault).name()).jumpWall(Duration.ofMillis(millis));
  }

  void wallFreeze(Fault fault) {
    var clock = field.simulation.clock(field.victim(fault).name());
    clock.freezeWall();
    field.later(fault.harmMillis(), clock::thawWall);
  }

  void transfer(Fault fault) {
    var leader = field.cluster.leader();
    var node = leader == null ? null : leader.up();
    if (node != null) {
      node.moveLeader(
          field.victim(fault).id(),
          new Reply<Header>() {
            @Override
            public void done(Header header) {
              field.simulation.note(header.term());
            }

            @Override
            public void failed(ConcordException error) {
              field.simulation.note(error.code().name().length());
            }
          });
    }
  }
}
