package io.concordkv.node;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Clock;
import io.concordkv.node.NodeFrames.Ask;
import io.concordkv.node.NodeFrames.Question;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.replica.Replica;
import io.concordkv.transport.Transport;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;

/// Answers what only the leader knows of leases: how long they still live. Elsewhere it asks the
/// leader.
///
/// The leader makes sure with a quorum that it still leads before it answers, as for any
/// linearizable read, and all who ask meanwhile share a round: a deposed one's word on a lease
/// would be worth nothing, since its successor may have renewed the lease, or ended it at a
/// client's wish.
final class LeaseDesk {
  private final NodeConfig config;
  private final Clock clock;
  private final long group;
  private final ShardStateMachine shard;
  private final Replica replica;
  private final Transport transport;

  /// Questions to the leader, by number, which is also the order of their deadlines.
  private final LinkedHashMap<Long, Asked> asked = new LinkedHashMap<>();

  private Leadership leadership = Leadership.UNKNOWN;
  private boolean closed;
  private long sequence;

  /// What is known of a lease, and the revision when it was.
  record Told(long revision, LeaseState state) {}

  private record Asked(Ask ask, long startNanos, Reply<Told> reply) {}

  /// @param first from where its questions are numbered, unlike in any other life of the node
  LeaseDesk(
      NodeConfig config,
      Clock clock,
      long group,
      long first,
      ShardStateMachine shard,
      Replica replica,
      Transport transport) {
    this.config = config;
    this.clock = clock;
    this.group = group;
    sequence = first;
    this.shard = shard;
    this.replica = replica;
    this.transport = transport;
  }

  int size() {
    return asked.size();
  }

  void ask(Question question, long lease, Reply<Told> reply) {
    if (closed) {
      reply.failed(new ConcordException(ErrorCode.STOPPED));
    } else if (leadership.here()) {
      decide(question, lease, reply);
    } else if (leadership.leader() == 0) {
      reply.failed(new ConcordException(ErrorCode.NO_LEADER));
    } else if (asked.size() >= config.maxPending()) {
      reply.failed(new ConcordException(ErrorCode.TOO_MANY_REQUESTS));
    } else {
      var ask = new Ask(++sequence, question, lease);
      asked.put(ask.sequence(), new Asked(ask, clock.nanos(), reply));
      transport.send(leadership.leader(), NodeFrames.ask(group, ask));
    }
  }

  private void decide(Question question, long lease, Reply<Told> reply) {
    replica.readIndex(index -> {
      if (index == 0 || !leadership.here() || !shard.lessor().primary()) {
        reply.failed(new ConcordException(ErrorCode.LEADER_CHANGED));
      } else {
        reply.done(new Told(shard.store().revision(), state(question, lease)));
      }
    });
  }

  private LeaseState state(Question question, long lease) {
    if (question == Question.KEEP_ALIVE) {
      long ttl = shard.lessor().renew(lease);
      return new LeaseState(lease, ttl, ttl, List.of());
    }
    var known = shard.store().lease(lease);
    long remaining = shard.lessor().remainingSeconds(lease);
    if (known == null || remaining < 0) {
      return new LeaseState(lease, -1, 0, List.of());
    }
    List<Bytes> keys =
        question == Question.TIME_TO_LIVE_AND_KEYS ? shard.store().leaseKeys(lease) : List.of();
    return new LeaseState(lease, remaining, known.ttlSeconds(), keys);
  }

  /// Another node asks.
  void asked(long from, Ask ask) {
    var reply =
        new Reply<Told>() {
          @Override
          public void done(Told told) {
            answer("", told.revision(), told.state());
          }

          @Override
          public void failed(ConcordException error) {
            answer(error.code().name(), 0, NodeFrames.noState(ask.lease()));
          }

          private void answer(String error, long revision, LeaseState state) {
            transport.send(
                from,
                NodeFrames.answer(
                    group, new NodeFrames.AnswerTo(ask.sequence(), error, revision, state)));
          }
        };
    if (leadership.here()) {
      decide(ask.question(), ask.lease(), reply);
    } else {
      reply.failed(new ConcordException(ErrorCode.NOT_LEADER));
    }
  }

  void answered(NodeFrames.AnswerTo answer) {
    var waiting = asked.remove(answer.sequence());
    if (waiting == null) {
      return;
    }
    if (answer.error().isEmpty()) {
      waiting.reply.done(new Told(answer.revision(), answer.state()));
    } else {
      // Nothing was done there, so the client may well ask again.
      waiting.reply.failed(new ConcordException(ErrorCode.LEADER_CHANGED));
    }
  }

  void lead(Leadership now) {
    if (now.leader() != leadership.leader()) {
      failAll(ErrorCode.LEADER_CHANGED);
    }
    leadership = now;
  }

  void sweep() {
    long now = clock.nanos();
    long patience = config.requestTimeout().toNanos();
    for (var waiting : new ArrayDeque<>(asked.values())) {
      if (now - waiting.startNanos < patience) {
        break;
      }
      asked.remove(waiting.ask.sequence());
      waiting.reply.failed(new ConcordException(ErrorCode.TIMEOUT));
    }
  }

  void close() {
    closed = true;
    failAll(ErrorCode.STOPPED);
  }

  private void failAll(ErrorCode code) {
    var all = new ArrayDeque<>(asked.values());
    asked.clear();
    all.forEach(waiting -> waiting.reply.failed(new ConcordException(code)));
  }
}
