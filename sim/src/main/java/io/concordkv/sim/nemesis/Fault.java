package io.concordkv.sim.nemesis;

import io.concordkv.sim.cluster.Swarm;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One blow that falls at a set time, whatever else happens or does not.
///
/// @param number its name in the run
/// @param victim which node, modulo how many there are
/// @param harmMillis how long until it is undone
/// @param seed of all further chance that it needs
record Fault(int number, long atMillis, Blow blow, int victim, long harmMillis, long seed) {
  private static final long MAX_HARM_MILLIS = 6000;

  /// A number that all sizes of clusters divide.
  private static final int VICTIMS = 2 * 3 * 4 * 5 * 7;

  /// The faults of a run, in the order of time. What is left out changes nothing about the others.
  static List<Fault> plan(Swarm swarm, SplittableRandom chance) {
    var blows = new ArrayList<Blow>();
    for (var blow : Blow.values()) {
      for (int i = 0; i < blow.weight() && swarm.drawn().contains(blow.toggle()); i++) {
        blows.add(blow);
      }
    }
    var faults = new ArrayList<Fault>();
    long end = swarm.setup().chaos().toMillis();
    long at = chance.nextLong(2 * swarm.peaceMillis());
    for (int number = 1; at < end && !blows.isEmpty(); number++) {
      var fault =
          new Fault(
              number,
              at,
              blows.get(chance.nextInt(blows.size())),
              chance.nextInt(VICTIMS),
              chance.nextBoolean()
                  ? chance.nextLong(50, MAX_HARM_MILLIS)
                  : chance.nextLong(50, MAX_HARM_MILLIS / 6),
              chance.nextLong());
      if (swarm.has(fault.blow.toggle()) && swarm.setup().keeps(number)) {
        faults.add(fault);
      }
      at += 1 + chance.nextLong(2 * swarm.peaceMillis());
    }
    return faults;
  }

  SplittableRandom chance() {
    return new SplittableRandom(seed);
  }

  @Override
  public String toString() {
    return "fault %d at %d ms: %s of %d for %d ms"
        .formatted(number, atMillis, blow, victim, harmMillis);
  }
}
