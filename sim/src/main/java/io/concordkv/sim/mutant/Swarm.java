package io.concordkv.sim.mutant;

/// Who looks for a mutant.
enum Swarm {
  /// Whole clusters, each under a seed.
  CLUSTER("cluster", SeedRun.class, 1),
  /// One engine, each under a seed. It is done in a fiftieth of the time, so it has more seeds.
  ENGINE("engine", EngineSeedRun.class, 10),
  /// One embedded store, each under a seed.
  STORE("store", StoreSeedRun.class, 4);

  private final String word;
  private final Class<?> run;

  /// So many seeds for each one of a cluster.
  private final int more;

  Swarm(String word, Class<?> run, int more) {
    this.word = word;
    this.run = run;
    this.more = more;
  }

  String word() {
    return word;
  }

  /// The class whose `apply` runs a seed.
  String runs() {
    return run.getName();
  }

  /// Those of `seeds` that it runs.
  Seeds of(Seeds seeds) {
    return new Seeds(more * (seeds.first() - 1) + 1, more * seeds.last(), seeds.seconds());
  }
}
