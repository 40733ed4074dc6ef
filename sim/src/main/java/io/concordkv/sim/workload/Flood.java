package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Outcome;
import io.concordkv.sim.cluster.SimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Requests that nobody waits for, many at once. Writes make the log of one leader long in no time.
final class Flood {
  /// The client whose calls these are, behind all the others.
  private static final int CLIENT = 1000;

  private final Clients world;
  private final List<Write> open = new ArrayList<>();

  private record Write(String key, Action action, long invoked) {}

  Flood(Clients world) {
    this.world = world;
  }

  void write(SimNode node, int count, SplittableRandom chance) {
    for (int i = 0; i < count; i++) {
      var up = node.up();
      if (up == null) {
        return;
      }
      long value = world.freshValue();
      var write = new Write(world.key(chance), new Action.Put(value), world.history().now());
      var put =
          new Operation.Put(
              Bytes.of(write.key), Bytes.of(Long.toString(value)), 0, false, false, false);
      open.add(write);
      var ask = world.writes().ask(put, node.id());
      up.write(put, world.answers(ask, _ -> answered(write), code -> failed(write, code)));
    }
  }

  /// Linearizable reads, which may not fall behind what anybody was told before.
  void read(SimNode node, int count, SplittableRandom chance) {
    for (int i = 0; i < count; i++) {
      var up = node.up();
      if (up == null) {
        return;
      }
      var ask = world.reads().linearizable(node.name(), node.id());
      var query = RangeQuery.of(Span.of(Bytes.of(world.key(chance))));
      up.range(
          query,
          false,
          Reply.from(
              (Answer<Result.Ranged> answer) -> {
                world.reads().ranged(ask, query, answer);
                world.reads().acknowledged(answer.header().revision());
              },
              (ConcordException _) -> {}));
    }
  }

  /// Nobody answers any more.
  void giveUp() {
    for (var write : open) {
      world.history().unanswered(CLIENT, write.key, write.action, write.invoked);
    }
    open.clear();
  }

  private void answered(Write write) {
    open.remove(write);
    world.history().answered(CLIENT, write.key, write.action, new Outcome.Done(), write.invoked);
  }

  private void failed(Write write, ErrorCode code) {
    open.remove(write);
    if (code != ErrorCode.TOO_MANY_REQUESTS) {
      world.history().unanswered(CLIENT, write.key, write.action, write.invoked);
    }
  }
}
