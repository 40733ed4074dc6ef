package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.raft.RaftStatus;
import io.concordkv.replica.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Moves leadership on request, and tells who wants to know whether there is a leader.
final class LeaderMove {
  private final Clock clock;
  private final NodeConfig config;
  private final Replica replica;
  private final List<Move> moves = new ArrayList<>();
  private final List<Consumer<Boolean>> observers = new ArrayList<>();
  private Leadership leadership = Leadership.UNKNOWN;

  /// @param target 0: anybody else
  private record Move(long target, long deadlineNanos, Reply<Boolean> reply) {}

  LeaderMove(Clock clock, NodeConfig config, Replica replica) {
    this.clock = clock;
    this.config = config;
    this.replica = replica;
  }

  void observe(Consumer<Boolean> observer) {
    observers.add(observer);
    observer.accept(leadership.leader() != 0);
  }

  void start(long target, Reply<Boolean> reply) {
    var status = replica.status();
    if (!leadership.here()) {
      reply.failed(new ConcordException(ErrorCode.NOT_LEADER));
    } else if (!mayLead(status, target)) {
      reply.failed(new ConcordException(ErrorCode.BAD_LEADER_TRANSFEREE));
    } else if (target == status.id()) {
      reply.done(true);
    } else {
      moves.add(new Move(target, deadline(), reply));
      replica.transferLeadership(target);
    }
  }

  /// Hands leadership to whoever has most of the log, and runs `then` when that is done, or cannot
  /// be done in time.
  void away(Runnable then) {
    Long heir = heir(replica.status());
    if (!leadership.here() || heir == null) {
      then.run();
      return;
    }
    moves.add(new Move(0, deadline(), Reply.from(_ -> then.run(), _ -> then.run())));
    replica.transferLeadership(heir);
  }

  private static @Nullable Long heir(RaftStatus status) {
    return status.followers().entrySet().stream()
        .filter(each -> mayLead(status, each.getKey()))
        .filter(each -> each.getValue().active())
        .max(Map.Entry.comparingByValue((a, b) -> Long.compare(a.match(), b.match())))
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private static boolean mayLead(RaftStatus status, long member) {
    var configuration = status.configuration();
    return configuration.voters().contains(member) && configuration.mayLead(member);
  }

  void lead(Leadership now) {
    boolean known = now.leader() != 0;
    if (known != (leadership.leader() != 0)) {
      observers.forEach(observer -> observer.accept(known));
    }
    leadership = now;
    for (var move : List.copyOf(moves)) {
      if (move.target == 0 ? known && !now.here() : now.leader() == move.target) {
        moves.remove(move);
        move.reply.done(true);
      }
    }
  }

  void sweep() {
    for (var move : List.copyOf(moves)) {
      if (move.deadlineNanos - clock.nanos() <= 0) {
        moves.remove(move);
        move.reply.failed(new ConcordException(ErrorCode.TIMEOUT));
      }
    }
  }

  void close() {
    var all = List.copyOf(moves);
    moves.clear();
    all.forEach(move -> move.reply.failed(new ConcordException(ErrorCode.STOPPED)));
  }

  private long deadline() {
    return clock.nanos() + config.electionTimeout().toNanos();
  }
}
