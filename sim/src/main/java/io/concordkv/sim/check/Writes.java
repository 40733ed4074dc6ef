package io.concordkv.sim.check;

import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.command.RequestId;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.model.Step;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// I15, and the answers to writes: whatever was acknowledged is in the committed log once, and what
/// the client was told of it is what the model says at that place; what was refused is nowhere;
/// what nobody answered is there at most once.
///
/// Every write that a client asks for has to be told here. What was asked for with equal words is
/// counted together, so workloads make most of their writes differ.
public final class Writes {
  public static final String ONCE = "I15 applied-once";
  public static final String ACKNOWLEDGED = "I15 acknowledged-is-committed";
  public static final String REFUSED = "I15 refused-is-not-applied";

  private final Replay replay;
  private final Map<Mutation, Asked> asked = new HashMap<>();
  private final Set<RequestId> requests = new HashSet<>();
  private final ArrayDeque<Runnable> claims = new ArrayDeque<>();
  private int unnamedGrants;
  private long told;

  /// All that is known of writes with the same words.
  private static final class Asked {
    int asks;
    int refused;
    final List<Step> committed = new ArrayList<>(1);
    final List<Step> claimed = new ArrayList<>(1);

    void mayBeCommitted(Mutation mutation) {
      Violation.unless(
          refused == 0 || committed.size() <= asks - refused,
          REFUSED,
          mutation + " was refused " + refused + " of " + asks + " times, committed " + committed);
      Violation.unless(
          committed.size() <= asks,
          ONCE,
          mutation + " was asked for " + asks + " times, committed " + committed);
    }
  }

  /// One write that somebody waits for.
  ///
  /// @param member who was asked
  /// @param after the last entry that was committed then
  public record Ask(Mutation mutation, long member, long after) {}

  public Writes(Replay replay) {
    this.replay = replay;
    replay.observe(this::committed);
  }

  /// The last entry of which somebody was told what it came to.
  public long told() {
    return told;
  }

  public Ask ask(Mutation mutation, long member) {
    of(mutation).asks++;
    return new Ask(mutation, member, replay.size());
  }

  /// A grant whose id the member picks.
  public Ask askGrant(long ttlSeconds, long member) {
    unnamedGrants++;
    return new Ask(new Mutation.GrantLease(0, ttlSeconds), member, replay.size());
  }

  public void done(Ask ask, Answer<? extends Result> answer) {
    claims.add(() -> claim(ask, answer));
  }

  public void failed(Ask ask, ErrorCode code) {
    claims.add(() -> claim(ask, code));
  }

  /// Judges what was told since the last time. Called after each event, once all that is committed
  /// by then is in the replay.
  public void judge() {
    for (var claim = claims.poll(); claim != null; claim = claims.poll()) {
      claim.run();
    }
  }

  private Asked of(Mutation mutation) {
    return asked.computeIfAbsent(mutation, _ -> new Asked());
  }

  private void committed(Step step) {
    var mutation = step.mutation();
    var envelope = step.envelope();
    if (envelope == null) {
      return;
    }
    Violation.unless(
        requests.add(envelope.request()),
        ONCE,
        envelope.request() + " is committed again: " + step);
    if (mutation == null) {
      return;
    }
    var known = of(mutation);
    known.committed.add(step);
    if (known.asks == 0 && mutation instanceof Mutation.GrantLease) {
      Violation.unless(--unnamedGrants >= 0, ONCE, "nobody asked for " + step);
    } else if (!(mutation instanceof Mutation.RevokeLease)) {
      // Leaders revoke what has expired, and nobody asks for that.
      known.mayBeCommitted(mutation);
    }
  }

  private void claim(Ask ask, Answer<? extends Result> answer) {
    var result = answer.value();
    var name = Answers.check(ask.mutation);
    Violation.unless(
        answer.header().revision() == result.revision() && answer.header().memberId() == ask.member,
        Answers.HEADER,
        answer + " of " + ask);
    var mutation =
        ask.mutation instanceof Mutation.GrantLease(var id, var ttl)
                && id == 0
                && result instanceof Result.Granted granted
            ? new Mutation.GrantLease(granted.id(), ttl)
            : ask.mutation;
    claim(ask, mutation, new Outcome.Done(result), name);
  }

  private void claim(Ask ask, ErrorCode code) {
    switch (code) {
      case TOO_MANY_REQUESTS, REQUEST_TOO_LARGE, LEASE_TTL_TOO_LARGE -> {
        if (ask.mutation instanceof Mutation.GrantLease(var id, _) && id == 0) {
          unnamedGrants--;
          Violation.unless(unnamedGrants >= 0, REFUSED, ask + " was refused, but is committed");
          return;
        }
        var known = of(ask.mutation);
        known.refused++;
        if (!(ask.mutation instanceof Mutation.RevokeLease)) {
          known.mayBeCommitted(ask.mutation);
        }
      }
      case COMPACTED, FUTURE_REVISION, KEY_NOT_FOUND, LEASE_NOT_FOUND, LEASE_EXISTS ->
          claim(ask, ask.mutation, new Outcome.Rejected(code), Answers.check(ask.mutation));
      // Nobody knows.
      default -> {}
    }
  }

  private void claim(Ask ask, Mutation mutation, Outcome answer, String check) {
    if (mutation instanceof Operation.GuardedCommit commit && Answers.readsOnly(commit)) {
      throw new IllegalStateException("what only reads is not in the log: " + commit);
    }
    var known = of(mutation);
    Step other = null;
    for (var step : known.committed) {
      var envelope = step.envelope();
      if (step.index() > ask.after
          && envelope != null
          && envelope.request().node() == ask.member
          && !known.claimed.contains(step)) {
        if (answer.equals(step.outcome())) {
          known.claimed.add(step);
          told = Math.max(told, step.index());
          return;
        }
        other = step;
      }
    }
    if (other != null) {
      throw new Violation(
          check,
          ask + " was told " + answer + ", the model says " + other.outcome() + ": " + other);
    }
    throw new Violation(
        ACKNOWLEDGED, ask + " was told " + answer + ", committed are only " + known.committed);
  }
}
