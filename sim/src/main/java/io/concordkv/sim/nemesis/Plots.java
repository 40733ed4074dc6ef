package io.concordkv.sim.nemesis;

import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Toggle;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.Trouble;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Harm in several steps, each waiting for what the one before has led to: what blows at random
/// hardly ever add up to.
///
/// - A *coup*: the leader is cut off and takes many writes alone. As soon as it has a successor
///   that has committed something of its own, the successor falls and the old leader is back, with
///   a log that is longer and older than all others.
/// - A *rush*: the leader takes many writes and is not heard any more when it commits them. Readers
///   are there the moment its successor is elected, before that knows what is committed.
/// - *Rivals*: the leader is cut off, or hears only what is old, while clients read from it as long
///   as it leads and write to its successor.
/// - A *stall*: a disk, mostly the leader's, stands still while others acknowledge; perhaps the
///   power goes before it goes on.
final class Plots {
  private static final long MAX_HARM_MILLIS = 5000;
  private static final int MAX_FLOOD = 60;

  /// How often, and after how long, a plot looks whether it can go on.
  private static final int PATIENCE = 100;

  private static final long LOOK_MILLIS = 60;

  /// The same where a look must not come late.
  private static final int RUSH_PATIENCE = 20_000;

  private static final long RUSH_MICROS = 200;

  private static final long MAX_RIVAL_PAUSE_MICROS = 40_000;

  private final Field field;
  private final Succession succession;

  Plots(Field field, Succession succession) {
    this.field = field;
    this.succession = succession;
  }

  void coup(Fault fault) {
    var old = field.cluster.leader();
    if (old == null) {
      return;
    }
    var chance = fault.chance();
    var exile = new Trouble.Cut(field.exile(old, chance));
    field.network.add(exile);
    int writes = 1 + chance.nextInt(MAX_FLOOD);
    field.later(chance.nextLong(300), () -> field.clients.flood(old, writes, chance));
    var env = old.env();
    if (env != null && chance.nextInt(4) == 0) {
      // What it wrote alone becomes durable when nobody needs it any more.
      env.stallLog(Duration.ofMillis(chance.nextLong(MAX_HARM_MILLIS)));
    }
    awaitSuccessor(old, exile, chance, PATIENCE);
  }

  private void awaitSuccessor(SimNode old, Trouble exile, SplittableRandom chance, int patience) {
    var leader = field.cluster.leader();
    if (leader != null && leader != old && committedOwn(leader)) {
      field.network.remove(exile);
      long harm = 1000 + chance.nextLong(MAX_HARM_MILLIS);
      if (chance.nextBoolean()) {
        field.trouble(new Trouble.Cut(Route.of(leader.id())), harm);
      } else {
        field.powerCut(leader, harm);
      }
      if (chance.nextInt(4) == 0) {
        field.cluster.kill(old);
        field.cluster.start(old);
      }
    } else if (patience == 0) {
      field.network.remove(exile);
    } else {
      field.later(LOOK_MILLIS, () -> awaitSuccessor(old, exile, chance, patience - 1));
    }
  }

  private static boolean committedOwn(SimNode leader) {
    var up = leader.up();
    if (up == null) {
      return false;
    }
    var status = up.raftStatus();
    var entry = up.replica().entry(status.hardState().committed());
    return status.role() == Role.LEADER
        && entry != null
        && entry.term() == status.hardState().term();
  }

  void rush(Fault fault) {
    var old = field.cluster.leader();
    if (old == null) {
      return;
    }
    var chance = fault.chance();
    field.clients.flood(old, 5 + chance.nextInt(MAX_FLOOD), chance);
    field.laterMicros(
        chance.nextLong(2500),
        () -> {
          // What it commits now it tells its clients, but no follower.
          var silence = new Trouble.Cut(Route.from(old.id()));
          field.network.add(silence);
          awaitReaders(old, silence, chance, RUSH_PATIENCE);
        });
  }

  private void awaitReaders(SimNode old, Trouble silence, SplittableRandom chance, int patience) {
    var leader = field.cluster.leader();
    if (leader != null && leader != old) {
      field.clients.rush(leader, 1 + chance.nextInt(5), chance);
    } else if (patience > 0) {
      field.laterMicros(RUSH_MICROS, () -> awaitReaders(old, silence, chance, patience - 1));
      return;
    }
    field.later(chance.nextLong(MAX_HARM_MILLIS), () -> field.network.remove(silence));
  }

  void rivals(Fault fault) {
    var chance = fault.chance();
    if (field.swarm.has(Toggle.MEMBERS) && chance.nextBoolean()) {
      succession.addLearner(fault.victim());
      awaitLearner(fault, chance, PATIENCE);
    } else {
      rivals(fault, chance);
    }
  }

  /// A learner may stay with the old leader.
  private void awaitLearner(Fault fault, SplittableRandom chance, int patience) {
    var leader = field.cluster.leader();
    var up = leader == null ? null : leader.up();
    boolean there = up != null && learnerFollows(up.raftStatus());
    if (there || patience == 0) {
      rivals(fault, chance);
    } else {
      field.later(LOOK_MILLIS, () -> awaitLearner(fault, chance, patience - 1));
    }
  }

  private static boolean learnerFollows(RaftStatus leader) {
    for (long learner : leader.configuration().learners()) {
      var follower = leader.followers().get(learner);
      if (follower != null && follower.active()) {
        return true;
      }
    }
    return false;
  }

  private void rivals(Fault fault, SplittableRandom chance) {
    var old = field.cluster.leader();
    if (old == null) {
      return;
    }
    if (chance.nextBoolean()) {
      field.trouble(new Trouble.Cut(field.exile(old, chance)), fault.harmMillis());
    } else {
      field.lag(old.id(), true, fault.harmMillis(), chance);
    }
    long until = field.simulation.nanos() + fault.harmMillis() * 1_000_000;
    serveBoth(old, null, chance, until);
  }

  /// The old leader does not hear of its `successor`, once there is one.
  private void serveBoth(
      SimNode old, @Nullable SimNode successor, SplittableRandom chance, long until) {
    long left = until - field.simulation.nanos();
    if (left <= 0) {
      return;
    }
    var leader = field.cluster.leader();
    var newest = leader == old ? null : leader;
    if (newest != null) {
      if (newest != successor) {
        var deaf = new Trouble.Cut(Route.link(newest.id(), old.id()));
        field.trouble(deaf, left / 1_000_000);
      }
      field.clients.flood(newest, 1, chance);
    }
    field.clients.rush(old, 1, chance);
    field.laterMicros(
        chance.nextLong(MAX_RIVAL_PAUSE_MICROS), () -> serveBoth(old, newest, chance, until));
  }

  void stall(Fault fault) {
    var chance = fault.chance();
    var one = field.victim(fault);
    var stalled = chance.nextInt(3) > 0 ? field.leaderOr(one) : one;
    var env = stalled.env();
    if (env == null || !env.alive()) {
      return;
    }
    long millis = 1 + chance.nextLong(chance.nextBoolean() ? 50 : 2000);
    env.stallLog(Duration.ofMillis(millis));
    field.clients.flood(stalled, 1 + chance.nextInt(10), chance);
    if (chance.nextBoolean()) {
      long down = chance.nextLong(MAX_HARM_MILLIS);
      field.later(chance.nextLong(millis), () -> field.powerCut(stalled, down));
    }
  }
}
