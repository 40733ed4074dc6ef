package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.LeaseState;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.LeaseCheck;
import io.concordkv.sim.cluster.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Clients with leases: each grants one, hangs keys on it, perhaps keeps it alive, perhaps revokes
/// it. Some are kept alive all the time by somebody who goes from member to member.
final class Leases {
  static final Bytes PREFIX = Bytes.of("lease/");

  private static final int MAX_KEYS = 3;
  private static final int MAX_KEPT = 2;

  /// Of all leases ever granted so many are remembered.
  private static final int MAX_KNOWN = 30;

  private final Clients world;
  private final LeaseCheck check;
  private final List<Held> known = new ArrayList<>();
  private int kept;
  private long lastId = 1000;

  private record Held(long id, long ttlSeconds) {}

  Leases(Clients world, LeaseCheck check) {
    this.world = world;
    this.check = check;
  }

  /// The id of a lease that there may be, or 0, or one that nobody granted.
  long some(SplittableRandom chance) {
    int draw = chance.nextInt(8);
    return draw == 0 ? 7 : draw == 1 || known.isEmpty() ? 0 : held(chance).id;
  }

  private Held held(SplittableRandom chance) {
    int recent = Math.min(known.size(), 6);
    return chance.nextBoolean()
        ? known.get(known.size() - 1 - chance.nextInt(recent))
        : known.get(chance.nextInt(known.size()));
  }

  /// Does one thing with a lease, and then `done`, if the node answers.
  void act(SimNode member, Node node, SplittableRandom chance, Runnable done) {
    switch (known.isEmpty() ? 0 : chance.nextInt(12)) {
      case 0, 1, 2 -> grant(member, node, chance, done);
      case 3 -> revoke(member, node, held(chance), chance, done);
      case 4, 5, 6, 7 -> keepAlive(node, held(chance).id, done);
      case 8 -> list(node, done);
      default -> timeToLive(node, held(chance).id, chance.nextBoolean(), done);
    }
  }

  private void grant(SimNode member, Node node, SplittableRandom chance, Runnable done) {
    // Less would be given more.
    long seconds = Math.max(2L + chance.nextInt(6), world.minLeaseSeconds());
    boolean picked = chance.nextInt(4) == 0;
    long id = picked ? 0 : ++lastId;
    var ask =
        picked
            ? world.writes().askGrant(seconds, member.id())
            : world.writes().ask(new Mutation.GrantLease(id, seconds), member.id());
    node.grantLease(
        id,
        seconds,
        world.answers(
            ask,
            answer -> {
              var granted = (Result.Granted) answer.value();
              var held = new Held(granted.id(), granted.ttlSeconds());
              known.add(held);
              if (known.size() > MAX_KNOWN) {
                known.removeFirst();
              }
              attach(member, node, held, chance);
              if (kept < MAX_KEPT && chance.nextInt(3) == 0) {
                kept++;
                keep(held, chance);
              }
              done.run();
            },
            _ -> done.run()));
  }

  private void attach(SimNode member, Node node, Held held, SplittableRandom chance) {
    for (int i = 1 + chance.nextInt(MAX_KEYS); i > 0; i--) {
      var key = PREFIX.plus(Bytes.of(held.id + "/" + i));
      var value = Bytes.of(Long.toString(world.freshValue()));
      world.write(member, node, new Operation.Put(key, value, held.id, false, false, false));
    }
  }

  /// Renews it three times in its time, by turns at any member, until the clients stop or it is
  /// gone.
  private void keep(Held held, SplittableRandom chance) {
    world.after(
        Duration.ofSeconds(held.ttlSeconds).toNanos() / 3,
        () -> {
          var up = world.up();
          var node = up.isEmpty() ? null : up.get(chance.nextInt(up.size())).up();
          if (!world.stopped() && known.contains(held)) {
            if (node != null) {
              keepAlive(node, held.id, () -> {});
            }
            keep(held, chance);
          } else {
            kept--;
          }
        });
  }

  /// Somebody who revokes a lease looks at once whether it is gone.
  private void revoke(
      SimNode member, Node node, Held held, SplittableRandom chance, Runnable done) {
    check.revoking(held.id);
    var revoke = new Mutation.RevokeLease(held.id);
    var ask = world.writes().ask(revoke, member.id());
    node.write(
        revoke,
        world.answers(
            ask,
            _ -> {
              var up = world.up();
              for (int i = chance.nextInt(4); i > 0 && !up.isEmpty(); i--) {
                var other = up.get(chance.nextInt(up.size())).up();
                if (other != null) {
                  keepAlive(other, held.id, () -> {});
                }
              }
              done.run();
            },
            _ -> done.run()));
  }

  private void keepAlive(Node node, long lease, Runnable done) {
    var ask = check.ask(lease, world.told());
    node.keepAlive(
        lease,
        Reply.from(
            (Answer<Long> answer) -> {
              world.later(() -> check.renewed(ask, answer.value()));
              done.run();
            },
            (ConcordException _) -> done.run()));
  }

  private void timeToLive(Node node, long lease, boolean keys, Runnable done) {
    var ask = check.ask(lease, world.told());
    node.timeToLive(
        lease,
        keys,
        Reply.from(
            (Answer<LeaseState> answer) -> {
              world.later(() -> check.told(ask, answer.header().revision(), answer.value(), keys));
              done.run();
            },
            (ConcordException _) -> done.run()));
  }

  private void list(Node node, Runnable done) {
    long from = node.shard().applied().last().index();
    node.leases(
        Reply.from(
            (Answer<List<Long>> answer) -> {
              world.later(() -> check.listed(from, answer.value()));
              done.run();
            },
            (ConcordException _) -> done.run()));
  }
}
