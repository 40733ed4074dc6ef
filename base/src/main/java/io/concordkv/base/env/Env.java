package io.concordkv.base.env;

import java.util.random.RandomGenerator;

/// The world as one event loop of a node sees it.
public interface Env {
  Clock clock();

  /// The loop that this environment belongs to: all state of its shards is owned by it.
  Scheduler loop();

  Workers workers();

  FileSystem files();

  /// A stream of random numbers of its own for each `name`, so that one user more or less does not
  /// shift what the others draw.
  RandomGenerator random(String name);

  /// Bytes that nobody can guess, for tokens and ids; drawn from the seed in a simulation.
  byte[] entropy(int bytes);

  /// Whether a rare but legal course of events should be taken at `site` ("buggify", Zhou et al.,
  /// FoundationDB, SIGMOD 2021). Always false in production.
  boolean fault(String site);

  /// Says that a course of events was taken that a test of the whole should take at least now and
  /// then. Does nothing in production.
  default void reached(String mark) {}
}
