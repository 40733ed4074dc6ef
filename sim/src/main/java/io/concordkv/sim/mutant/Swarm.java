package io.concordkv.sim.mutant;

/// Who looks for a mutant.
enum Swarm {
  /// Whole clusters, each under a seed.
  CLUSTER(SeedRun.class),
  /// One engine, each under a seed. It is done in a fiftieth of the time, so it has more seeds.
  ENGINE(EngineSeedRun.class);

  /// So many seeds of an engine for each one of a cluster.
  private static final int MORE = 10;

  private final Class<?> run;

  Swarm(Class<?> run) {
    this.run = run;
  }

  String word() {
    return this == CLUSTER ? "cluster" : "engine";
  }

  /// The class whose `apply` runs a seed.
  String runs() {
    return run.getName();
  }

  /// Those of `seeds` that it runs.
  Seeds of(Seeds seeds) {
    return this == CLUSTER
        ? seeds
        : new Seeds(MORE * (seeds.first() - 1) + 1, MORE * seeds.last(), seeds.seconds());
  }
}
