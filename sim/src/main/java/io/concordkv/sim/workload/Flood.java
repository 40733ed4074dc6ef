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
      up.write(put, reply(write));
    }
  }

  /// Linearizable reads, which may not fall behind what anybody was told before.
  void read(SimNode node, int count, SplittableRandom chance) {
    for (int i = 0; i < count; i++) {
      var up = node.up();
      if (up == null) {
        return;
      }
      long before = world.revisions().acknowledged();
      up.range(
          RangeQuery.of(Span.of(Bytes.of(world.key(chance)))),
          false,
          Leases.reply(
              (Answer<Result.Ranged> answer) ->
                  world.revisions().fresh(node.name(), answer.header().revision(), before),
              () -> {}));
    }
  }

  /// Nobody answers any more.
  void giveUp() {
    for (var write : open) {
      world.history().unanswered(CLIENT, write.key, write.action, write.invoked);
    }
    open.clear();
  }

  private Reply<Answer<Result>> reply(Write write) {
    return new Reply<>() {
      @Override
      public void done(Answer<Result> answer) {
        open.remove(write);
        world.revisions().acknowledged(answer.header().revision());
        world
            .history()
            .answered(CLIENT, write.key, write.action, new Outcome.Done(), write.invoked);
      }

      @Override
      public void failed(ConcordException error) {
        open.remove(write);
        if (error.code() != ErrorCode.TOO_MANY_REQUESTS) {
          world.history().unanswered(CLIENT, write.key, write.action, write.invoked);
        }
      }
    };
  }
}
