package io.concordkv.sim.workload;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.Reads;
import io.concordkv.sim.cluster.SimNode;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// Asks for everything that the API can do, over keys of its own, and does not wait for answers:
/// the model of the API judges them.
final class Explorer {
  private static final long MAX_THINK_NANOS = Duration.ofMillis(600).toNanos();

  private final Clients world;
  private final SplittableRandom chance;
  private final boolean compacts;
  private final Requests requests;

  Explorer(Clients world, SplittableRandom chance, boolean compacts) {
    this.world = world;
    this.chance = chance;
    this.compacts = compacts;
    requests = new Requests(chance, world::freshValue, () -> world.leases().some(chance));
  }

  void start() {
    if (!world.stopped()) {
      world.after(chance.nextLong(MAX_THINK_NANOS), this::ask);
    }
  }

  private void ask() {
    start();
    var up = world.up();
    var node = up.isEmpty() ? null : up.get(chance.nextInt(up.size()));
    var running = node == null ? null : node.up();
    if (node == null || running == null) {
      return;
    }
    long revision = world.reads().acknowledged();
    long compacted = world.compacted();
    switch (chance.nextInt(compacts ? 12 : 11)) {
      case 0, 1 -> world.write(node, running, requests.put());
      case 2 -> world.write(node, running, requests.delete());
      case 3, 4, 5, 6 -> world.write(node, running, requests.commit(revision, compacted));
      case 7, 8, 9 -> range(node, running, requests.query(revision, compacted));
      case 10 -> read(node, running, requests.questions(revision, compacted));
      default -> compact(node, running);
    }
  }

  /// Where something was deleted, or anywhere.
  private void compact(SimNode node, Node running) {
    long revision = world.reads().acknowledged();
    long at = chance.nextBoolean() ? world.deletedAt() : revision - chance.nextInt(60);
    if (at > 1) {
      world.compact(node, running, at, chance.nextBoolean());
      // Before anything is purged: whether it is readable is not a matter of what is still there.
      world.write(node, running, requests.commitThatReadsAt(at - chance.nextInt(2)));
    }
  }

  private void range(SimNode node, Node running, RangeQuery query) {
    boolean serializable = chance.nextBoolean();
    var ask = ask(node, running, serializable);
    running.range(
        query,
        serializable,
        new Reply<Answer<Result.Ranged>>() {
          @Override
          public void done(Answer<Result.Ranged> answer) {
            world.reads().ranged(ask, query, answer);
            world.reads().acknowledged(answer.header().revision());
          }

          @Override
          public void failed(ConcordException error) {
            world.reads().failed(ask, List.of(query), error.code());
          }
        });
  }

  private void read(SimNode node, Node running, Operation.GuardedCommit commit) {
    boolean serializable = chance.nextBoolean();
    var ask = ask(node, running, serializable);
    var reply =
        new Reply<Answer<Result>>() {
          @Override
          public void done(Answer<Result> answer) {
            world.reads().committed(ask, commit, answer);
            world.reads().acknowledged(answer.header().revision());
          }

          @Override
          public void failed(ConcordException error) {
            world.reads().failed(ask, queries(commit), error.code());
          }
        };
    if (serializable) {
      running.readSerializable(commit, reply);
    } else {
      running.write(commit, reply);
    }
  }

  private static List<RangeQuery> queries(Operation.GuardedCommit commit) {
    return List.of(commit.success(), commit.failure()).stream()
        .flatMap(List::stream)
        .map(operation -> ((Operation.Range) operation).query())
        .toList();
  }

  private Reads.Ask ask(SimNode node, Node running, boolean serializable) {
    var store = running.shard().store();
    return serializable
        ? world
            .reads()
            .serializable(node.name(), node.id(), store.revision(), store.compactRevision())
        : world.reads().linearizable(node.name(), node.id());
  }
}
