package io.concordkv.replica;

import io.concordkv.raft.RaftNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// Linearizable reads that wait: first for a round that confirms the leader, then for their index
/// to be applied.
///
/// There is one round at a time; who comes while it is under way shares the next one, so the number
/// of rounds does not grow with the number of readers. A round that is not answered is asked again
/// under a new token, and what still comes for the old one is not taken.
final class Reads {
  static final int MAX_WAITING = 1 << 16;

  private static final class Batch {
    final List<LongConsumer> callers = new ArrayList<>();
    final long deadlineTick;

    Batch(long deadlineTick) {
      this.deadlineTick = deadlineTick;
    }
  }

  private record Confirmed(long index, List<Batch> batches) {}

  private final RaftNode raft;
  private final long patienceTicks;
  private final long retryTicks;
  private final ArrayDeque<Batch> arriving = new ArrayDeque<>(1);
  private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>(1);
  private List<Batch> asked = List.of();
  private long token;
  private long tick;
  private long askAgainTick;
  private boolean refused;
  private int waiting;

  /// @param token unlike any that an earlier life of this member used
  Reads(RaftNode raft, long token, long patienceTicks, long retryTicks) {
    this.raft = raft;
    this.token = token;
    this.patienceTicks = patienceTicks;
    this.retryTicks = retryTicks;
  }

  /// False if too many wait.
  boolean add(LongConsumer caller) {
    if (waiting >= MAX_WAITING) {
      return false;
    }
    waiting++;
    var last = arriving.peekLast();
    if (last == null || last.deadlineTick != tick + patienceTicks) {
      last = new Batch(tick + patienceTicks);
      arriving.add(last);
    }
    last.callers.add(caller);
    return true;
  }

  /// Whether nobody waits.
  boolean idle() {
    return waiting == 0;
  }

  /// Starts a round if one is due.
  void ask() {
    if (asked.isEmpty() && !arriving.isEmpty() && !refused) {
      asked = new ArrayList<>(arriving);
      arriving.clear();
      askAgain();
    }
  }

  void answered(long answeredToken, long index, long applied) {
    if (asked.isEmpty() || answeredToken != token) {
      return;
    }
    if (index == 0) {
      giveBack();
      return;
    }
    var last = confirmed.peekLast();
    // A later reader may be served no earlier state than one before it.
    confirmed.add(new Confirmed(last == null ? index : Math.max(index, last.index), asked));
    asked = List.of();
    applied(applied);
  }

  void applied(long index) {
    for (var next = confirmed.peek();
        next != null && next.index <= index;
        next = confirmed.peek()) {
      confirmed.remove();
      for (var batch : next.batches) {
        finish(batch, next.index);
      }
    }
  }

  void tick() {
    tick++;
    refused = false;
    var gone = new ArrayList<Batch>();
    while (!arriving.isEmpty() && arriving.element().deadlineTick - tick <= 0) {
      gone.add(arriving.remove());
    }
    gone.forEach(batch -> finish(batch, 0));
    if (!asked.isEmpty() && askAgainTick - tick <= 0) {
      var late = new ArrayList<Batch>();
      var still = new ArrayList<Batch>();
      for (var batch : asked) {
        (batch.deadlineTick - tick <= 0 ? late : still).add(batch);
      }
      asked = still;
      if (!asked.isEmpty()) {
        askAgain();
      }
      late.forEach(batch -> finish(batch, 0));
    }
  }

  private void askAgain() {
    token++;
    long soonest = Long.MAX_VALUE;
    for (var batch : asked) {
      soonest = Math.min(soonest, batch.deadlineTick);
    }
    askAgainTick = Math.min(tick + retryTicks, Math.max(soonest, tick + 1));
    raft.readIndex(token);
  }

  /// Nobody could answer now: with the next tick they ask again.
  private void giveBack() {
    for (int i = asked.size() - 1; i >= 0; i--) {
      arriving.addFirst(asked.get(i));
    }
    asked = List.of();
    refused = true;
  }

  /// Nobody answers any more.
  void close() {
    var all = new ArrayList<>(asked);
    all.addAll(arriving);
    confirmed.forEach(each -> all.addAll(each.batches));
    asked = List.of();
    arriving.clear();
    confirmed.clear();
    all.forEach(batch -> finish(batch, 0));
  }

  private void finish(Batch batch, long index) {
    waiting -= batch.callers.size();
    for (var caller : batch.callers) {
      caller.accept(index);
    }
  }
}
