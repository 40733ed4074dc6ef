package io.concordkv.sim.workload;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.sim.oracle.Violation;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Clients with leases: each grants one, hangs a key on it, perhaps keeps it alive, perhaps revokes
/// it. A key is never gone before its time, and gone in the end.
final class Leases {
  static final Bytes PREFIX = Bytes.of("lease/");

  private final Simulation simulation;
  private final List<Held> all = new ArrayList<>();

  private static final class Held {
    final long id;
    final long ttlNanos;
    final Bytes key;

    /// When somebody was told last that it lives on.
    long renewed;

    boolean revoking;

    Held(long id, long ttlNanos, Bytes key, long now) {
      this.id = id;
      this.ttlNanos = ttlNanos;
      this.key = key;
      renewed = now;
    }
  }

  Leases(Simulation simulation) {
    this.simulation = simulation;
  }

  /// Does one thing with a lease, and then `done`, if the node answers.
  void act(Node node, SplittableRandom chance, Runnable done) {
    var held = all.isEmpty() ? null : all.get(chance.nextInt(all.size()));
    switch (held == null ? 0 : chance.nextInt(6)) {
      case 0 -> grant(node, 2 + chance.nextInt(6), done);
      case 1 -> revoke(node, some(held), done);
      case 2, 3 -> keepAlive(node, some(held), done);
      default -> look(node, some(held), done);
    }
  }

  private static Held some(@Nullable Held held) {
    return Objects.requireNonNull(held);
  }

  private void grant(Node node, long seconds, Runnable done) {
    long began = simulation.nanos();
    node.grantLease(
        0,
        seconds,
        reply(
            (Answer<Result> answer) -> {
              var granted = (Result.Granted) answer.value();
              attach(node, granted, began, done);
            },
            done));
  }

  private void attach(Node node, Result.Granted granted, long began, Runnable done) {
    var key = PREFIX.plus(Bytes.of(Long.toString(granted.id())));
    node.write(
        new Operation.Put(key, Bytes.of("held"), granted.id(), false, false, false),
        reply(
            (Answer<Result> _) -> {
              all.add(
                  new Held(
                      granted.id(),
                      Duration.ofSeconds(granted.ttlSeconds()).toNanos(),
                      key,
                      began));
              done.run();
            },
            done));
  }

  private void revoke(Node node, Held held, Runnable done) {
    held.revoking = true;
    node.write(new Mutation.RevokeLease(held.id), reply((Answer<Result> _) -> done.run(), done));
  }

  private void keepAlive(Node node, Held held, Runnable done) {
    long asked = simulation.nanos();
    node.keepAlive(
        held.id,
        reply(
            (Answer<Long> answer) -> {
              if (answer.value() > 0) {
                held.renewed = Math.max(held.renewed, asked);
              } else {
                Violation.unless(
                    held.revoking || expired(held),
                    "lease-lives",
                    "lease " + held.id + " is denied before its time");
              }
              done.run();
            },
            done));
  }

  private void look(Node node, Held held, Runnable done) {
    node.range(
        RangeQuery.of(Span.of(held.key)),
        false,
        reply(
            (Answer<Result.Ranged> answer) -> {
              Violation.unless(
                  !answer.value().pairs().isEmpty() || held.revoking || expired(held),
                  "lease-lives",
                  "the key of lease " + held.id + " is gone before its time");
              done.run();
            },
            done));
  }

  /// Whether its time is over by now, counted from the last time that anybody asked for it.
  private boolean expired(Held held) {
    // A clock may run a little fast.
    return simulation.nanos() - held.renewed >= held.ttlNanos - held.ttlNanos / 1000;
  }

  interface Done<T> {
    void with(T answer);
  }

  static <T> Reply<T> reply(Done<T> done, Runnable failed) {
    return new Reply<>() {
      @Override
      public void done(T answer) {
        done.with(answer);
      }

      @Override
      public void failed(ConcordException error) {
        failed.run();
      }
    };
  }
}
