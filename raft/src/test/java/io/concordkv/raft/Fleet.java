package io.concordkv.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Which members a run has and how it treats them; the rest is drawn from the seed.
///
/// @param joiners members that know of nobody until a change brings them in
/// @param changes whether the configuration is changed, everybody by chance
/// @param leases whether leaders answer reads by promises
record Fleet(
    int voters,
    int learners,
    int witnesses,
    int joiners,
    boolean changes,
    boolean leases,
    int damagePerMille) {
  static Fleet of(int voters) {
    return new Fleet(voters, 0, 0, 0, false, false, 0);
  }

  Fleet learners(int count) {
    return new Fleet(voters, count, witnesses, joiners, changes, leases, damagePerMille);
  }

  Fleet witnesses(int count) {
    return new Fleet(voters, learners, count, joiners, changes, leases, damagePerMille);
  }

  Fleet changing(int strangers) {
    return new Fleet(voters, learners, witnesses, strangers, true, leases, damagePerMille);
  }

  Fleet withLeases() {
    return new Fleet(voters, learners, witnesses, joiners, changes, true, damagePerMille);
  }

  Fleet damaged(int perMille) {
    return new Fleet(voters, learners, witnesses, joiners, changes, leases, perMille);
  }

  int size() {
    return voters + learners + witnesses + joiners;
  }

  /// Voters come first, then learners, witnesses and strangers.
  Configuration configuration() {
    var first = Configuration.of(ids(1, voters), ids(voters + 1, voters + learners));
    var steps = new ArrayList<ConfigChange.Step>();
    var now = first;
    for (long id : ids(voters + learners + 1, size() - joiners)) {
      steps.add(new ConfigChange.AddWitness(id));
      if (new ConfigChange(steps).from(now) instanceof ConfigChange.Outcome.Next(var next)) {
        now = next.left();
      }
      steps.clear();
    }
    return now;
  }

  /// Some change, sensible or not.
  ConfigChange change(SplittableRandom random) {
    var steps = new ArrayList<ConfigChange.Step>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      long id = 1L + random.nextInt(size());
      steps.add(
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> new ConfigChange.AddVoter(id);
            case 3, 4 -> new ConfigChange.AddLearner(id);
            case 5 -> new ConfigChange.AddWitness(id);
            default -> new ConfigChange.Remove(id);
          });
    }
    return new ConfigChange(steps);
  }

  private static List<Long> ids(int from, int to) {
    var ids = new ArrayList<Long>();
    for (long id = from; id <= to; id++) {
      ids.add(id);
    }
    return ids;
  }
}
