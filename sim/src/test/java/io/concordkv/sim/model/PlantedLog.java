package io.concordkv.sim.model;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Header;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import java.util.List;
import java.util.Objects;

/// A committed log that a test writes by hand, with a clock that it turns by hand.
public final class PlantedLog {
  public static final long MEMBER = 7;

  private final Replay replay = new Replay(() -> this.nanos);
  private long nanos;
  private long requests;

  public Replay replay() {
    return replay;
  }

  public ApiModel model() {
    return replay.model();
  }

  public long nanos() {
    return nanos;
  }

  public void at(double seconds) {
    nanos = (long) (seconds * 1e9);
  }

  /// Commits a change; what it came to.
  public Outcome commit(Mutation mutation) {
    return commit(mutation, new RequestId(MEMBER, 1, ++requests));
  }

  public Outcome commit(Mutation mutation, RequestId request) {
    var envelope = Envelope.of(1, request, 0, new Command.Change(mutation));
    add(Entry.Kind.COMMAND, EnvelopeCodec.encode(envelope));
    return Objects.requireNonNull(replay.step(replay.size()).outcome());
  }

  public void commit(Configuration configuration) {
    add(Entry.Kind.CONFIGURATION, new ConfigurationEntry(configuration, Bytes.EMPTY).encode());
  }

  private void add(Entry.Kind kind, Bytes payload) {
    replay.add(new Entry(replay.size() + 1, 1, kind, payload));
  }

  /// As a member answers.
  public static Answer<Result> answer(Outcome outcome) {
    return answer(((Outcome.Done) outcome).result());
  }

  public static <T extends Result> Answer<T> answer(T result) {
    return new Answer<>(new Header(1, MEMBER, result.revision(), 1), result);
  }

  public static Operation.Put put(String key, String value) {
    return new Operation.Put(Bytes.of(key), Bytes.of(value), 0, true, false, false);
  }

  public static Operation.Put leased(String key, String value, long lease) {
    return new Operation.Put(Bytes.of(key), Bytes.of(value), lease, false, false, false);
  }

  public static Operation.DeleteRange delete(String key) {
    return new Operation.DeleteRange(Span.of(Bytes.of(key)), true);
  }

  public static Operation.DeleteRange deleteAll(String prefix) {
    return new Operation.DeleteRange(Span.prefix(Bytes.of(prefix)), false);
  }

  /// Both operations in one revision.
  public static Operation.GuardedCommit both(Operation one, Operation other) {
    return new Operation.GuardedCommit(List.of(), List.of(one, other), List.of());
  }

  /// `then` if the key has `value`, else `otherwise`.
  public static Operation.GuardedCommit ifValue(
      String key, String value, Operation then, Operation otherwise) {
    var compare =
        new Compare(
            Span.of(Bytes.of(key)), Compare.Target.VALUE, Compare.Result.EQUAL, 0, Bytes.of(value));
    return new Operation.GuardedCommit(List.of(compare), List.of(then), List.of(otherwise));
  }
}
