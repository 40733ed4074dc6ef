package io.concordkv.node;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.Result;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.transport.Transport;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Commands on their way through the log, each with the one who waits for it.
///
/// A command is sent once. While no leader is known it waits here; what a leader refused was never
/// proposed, so it waits again. But once a leader took it, only its application ends the wait, or
/// the deadline: then nobody knows what became of it, and it is not sent a second time.
final class PendingWrites {
  private final NodeConfig config;
  private final Clock clock;
  private final long group;
  private final long self;
  private final long incarnation;
  private final Proposals proposals;
  private final Transport transport;

  /// By sequence, which is also the order of their deadlines.
  private final LinkedHashMap<Long, Waiter> waiters = new LinkedHashMap<>();

  private final ArrayDeque<Long> unsent = new ArrayDeque<>();
  private Leadership leadership = Leadership.UNKNOWN;
  private long leaderLostNanos;
  private long sequence;
  private boolean closed;

  private static final class Waiter {
    final long sequence;
    final Bytes command;
    final long startNanos;
    final Reply<Result> reply;
    final Runnable settled;

    /// Only for the log of this node while it leads.
    final boolean here;

    Waiter(
        long sequence,
        Bytes command,
        long startNanos,
        Reply<Result> reply,
        Runnable settled,
        boolean here) {
      this.here = here;
      this.sequence = sequence;
      this.command = command;
      this.startNanos = startNanos;
      this.reply = reply;
      this.settled = settled;
    }
  }

  PendingWrites(
      NodeConfig config,
      Clock clock,
      long group,
      RequestId first,
      Proposals proposals,
      Transport transport) {
    this.config = config;
    this.clock = clock;
    this.group = group;
    this.self = first.node();
    this.incarnation = first.incarnation();
    this.sequence = first.sequence();
    this.proposals = proposals;
    this.transport = transport;
    leaderLostNanos = clock.nanos() - config.requestTimeout().toNanos();
  }

  int size() {
    return waiters.size();
  }

  int unsent() {
    return unsent.size();
  }

  /// Sends `command` through the log; `reply` gets what applying it here came to.
  void submit(Command command, Reply<Result> reply) {
    submit(command, reply, () -> {}, false);
  }

  /// As [#submit(Command, Reply)], for what this node decides because it leads: fails at once where
  /// it does not, since another leader may know better. A lease that ran out here may have been
  /// renewed there.
  void submitAsLeader(Command command, Reply<Result> reply) {
    submit(command, reply, () -> {}, true);
  }

  /// As [#submitAsLeader(Command, Reply)], for what is not about the keyspace and so has no result.
  void submitAsLeader(Command command, Runnable settled, Consumer<ConcordException> failed) {
    submit(command, Reply.from(_ -> {}, failed), settled, true);
  }

  /// As [#submit(Command, Reply)], for what is not about the keyspace and so has no result: runs
  /// `settled` once it is applied here.
  void submit(Command command, Runnable settled, Consumer<ConcordException> failed) {
    submit(command, Reply.from(_ -> {}, failed), settled, false);
  }

  private void submit(Command command, Reply<Result> reply, Runnable settled, boolean here) {
    if (closed) {
      reply.failed(new ConcordException(ErrorCode.STOPPED));
      return;
    }
    if (waiters.size() >= config.maxPending()) {
      reply.failed(new ConcordException(ErrorCode.TOO_MANY_REQUESTS));
      return;
    }
    long number = ++sequence;
    var id = new RequestId(self, incarnation, number);
    var encoded =
        EnvelopeCodec.encode(Envelope.of(group, id, clock.wall().toEpochMilli(), command));
    if (encoded.length() > config.maxEntryBytes()) {
      reply.failed(new ConcordException(ErrorCode.REQUEST_TOO_LARGE));
      return;
    }
    var waiter = new Waiter(number, encoded, clock.nanos(), reply, settled, here);
    waiters.put(number, waiter);
    send(waiter);
  }

  private void send(Waiter waiter) {
    if (waiter.here && !leadership.here()) {
      fail(waiter, ErrorCode.NOT_LEADER);
    } else if (leadership.leader() == 0) {
      unsent.add(waiter.sequence);
    } else if (leadership.here()) {
      var why = proposals.propose(waiter.command);
      if (why != null) {
        refused(waiter, why);
      }
    } else {
      transport.send(leadership.leader(), NodeFrames.forward(group, waiter.command));
    }
  }

  /// Another node passed a command on. If it cannot be proposed here it is told so.
  void forwarded(long from, Bytes command) {
    var why = proposals.propose(command);
    if (why != null) {
      long asked = EnvelopeCodec.request(command).sequence();
      transport.send(from, NodeFrames.refused(group, asked, why));
    }
  }

  void refused(NodeFrames.Refused refused) {
    var waiter = waiters.get(refused.sequence());
    if (waiter != null) {
      refused(waiter, refused.why());
    }
  }

  /// It was not proposed: it waits for its next turn, or fails if there is none.
  private void refused(Waiter waiter, ErrorCode why) {
    boolean later = why == ErrorCode.NOT_LEADER || why == ErrorCode.MEMBERS_CHANGING;
    if (later && !waiter.here) {
      unsent.add(waiter.sequence);
    } else {
      fail(waiter, why);
    }
  }

  void applied(RequestId request, Outcome outcome) {
    if (request.node() != self || request.incarnation() != incarnation) {
      return;
    }
    var waiter = waiters.remove(request.sequence());
    if (waiter == null) {
      return;
    }
    switch (outcome) {
      case Outcome.Done(var result) -> waiter.reply.done(result);
      case Outcome.Rejected(var code) -> waiter.reply.failed(new ConcordException(code));
    }
  }

  /// A command that is not about the keyspace was applied.
  ///
  /// @param refused why it came to nothing; null: it did not
  void settled(RequestId request, @Nullable ErrorCode refused) {
    if (request.node() != self || request.incarnation() != incarnation) {
      return;
    }
    var waiter = waiters.remove(request.sequence());
    if (waiter == null) {
      return;
    }
    if (refused == null) {
      waiter.settled.run();
    } else {
      waiter.reply.failed(new ConcordException(refused));
    }
  }

  void lead(Leadership now) {
    if (leadership.leader() != 0 && leadership.leader() != now.leader()) {
      leaderLostNanos = clock.nanos();
    }
    leadership = now;
    retry();
  }

  /// Ends what waited too long, and tries again what no leader took.
  void sweep() {
    long now = clock.nanos();
    long patience = config.requestTimeout().toNanos();
    var oldest = waiters.values().iterator();
    var late = new ArrayDeque<Waiter>();
    while (oldest.hasNext()) {
      var waiter = oldest.next();
      if (now - waiter.startNanos < patience) {
        break;
      }
      late.add(waiter);
    }
    late.forEach(waiter -> fail(waiter, timeout(waiter)));
    if (!late.isEmpty()) {
      // Without a leader nobody else would take them out.
      unsent.removeIf(sequence -> !waiters.containsKey(sequence));
    }
    retry();
  }

  /// Says of everything that waits, and of what still comes, that this node stops.
  void close() {
    closed = true;
    for (var waiter : new ArrayDeque<>(waiters.values())) {
      fail(waiter, ErrorCode.STOPPED);
    }
  }

  private void retry() {
    for (int tries = unsent.size(); tries > 0 && leadership.leader() != 0; tries--) {
      var waiter = next(unsent.iterator());
      if (waiter != null) {
        send(waiter);
      }
    }
  }

  private @Nullable Waiter next(Iterator<Long> queue) {
    var waiter = waiters.get(queue.next());
    queue.remove();
    return waiter;
  }

  private ErrorCode timeout(Waiter waiter) {
    return leaderLostNanos - waiter.startNanos >= 0
        ? ErrorCode.TIMEOUT_LEADER_FAILED
        : ErrorCode.TIMEOUT;
  }

  private void fail(Waiter waiter, ErrorCode code) {
    waiters.remove(waiter.sequence);
    waiter.reply.failed(new ConcordException(code));
  }
}
