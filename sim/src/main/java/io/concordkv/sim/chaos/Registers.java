package io.concordkv.sim.chaos;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.proto.mvccpb.KeyValue;
import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Call;
import io.concordkv.sim.check.Outcome;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Clients that read, write, delete and compare a few keys, which change from time to time so that
/// no key's history gets too long to be judged. Every call and what came of it goes into a history.
final class Registers {
  private static final int KEYS = 3;
  private static final long GENERATION_NANOS = 1_000_000_000L;

  private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
  private final AtomicLong numbers = new AtomicLong();
  private final long begun = System.nanoTime();

  /// All calls that were made.
  List<Call> history() {
    return List.copyOf(calls);
  }

  /// What one call came to; throws if nobody can tell.
  private interface Work {
    Outcome run();
  }

  /// One call of client `number`.
  void act(int number, ConcordClient client, SplittableRandom chance) {
    long generation = (System.nanoTime() - begun) / GENERATION_NANOS;
    // The keys of the generation before are still used for a while.
    long at = Math.max(0, generation - (chance.nextInt(4) == 0 ? 1 : 0));
    var key = "r/" + at + "/" + chance.nextInt(KEYS);
    var bytes = ByteString.copyFromUtf8(key);
    switch (chance.nextInt(8)) {
      case 0, 1, 2 -> record(number, key, new Action.Get(), () -> saw(get(client, bytes)));
      case 3, 4 -> {
        long value = numbers.incrementAndGet();
        boolean previous = chance.nextBoolean();
        record(number, key, new Action.Put(value), () -> put(client, bytes, value, previous));
      }
      case 5 -> record(number, key, new Action.Delete(), () -> delete(client, bytes));
      default -> compareAndPut(number, client, key, bytes);
    }
  }

  private void record(int number, String key, Action action, Work work) {
    long invoked = System.nanoTime() - begun;
    Outcome outcome;
    try {
      outcome = work.run();
    } catch (ClientException.Unreachable | ClientException.Rejected notDone) {
      return;
    } catch (ClientException unknown) {
      if (!(action instanceof Action.Get)) {
        calls.add(new Call(number, key, action, new Outcome.Unknown(), invoked, Call.NEVER));
      }
      return;
    }
    calls.add(new Call(number, key, action, outcome, invoked, System.nanoTime() - begun));
  }

  private static List<KeyValue> get(ConcordClient client, ByteString key) {
    return client.kv().range(RangeRequest.newBuilder().setKey(key).build()).getKvsList();
  }

  private static Outcome saw(List<KeyValue> pairs) {
    return new Outcome.Saw(number(pairs));
  }

  private static long number(List<KeyValue> pairs) {
    return pairs.isEmpty()
        ? Call.ABSENT
        : Long.parseLong(pairs.getFirst().getValue().toStringUtf8());
  }

  private static PutRequest put(ByteString key, long value, boolean previous) {
    return PutRequest.newBuilder()
        .setKey(key)
        .setValue(ByteString.copyFromUtf8(Long.toString(value)))
        .setPrevKv(previous)
        .build();
  }

  private static Outcome put(ConcordClient client, ByteString key, long value, boolean previous) {
    var answer = client.kv().put(put(key, value, previous));
    return previous
        ? saw(answer.hasPrevKv() ? List.of(answer.getPrevKv()) : List.of())
        : new Outcome.Done();
  }

  private static Outcome delete(ConcordClient client, ByteString key) {
    return saw(
        client
            .kv()
            .delete(DeleteRangeRequest.newBuilder().setKey(key).setPrevKv(true).build())
            .getPrevKvsList());
  }

  private void compareAndPut(int number, ConcordClient client, String key, ByteString bytes) {
    long expected;
    try {
      expected = number(get(client, bytes));
    } catch (ClientException unanswered) {
      return;
    }
    long value = numbers.incrementAndGet();
    var compare = Compare.newBuilder().setKey(bytes);
    if (expected == Call.ABSENT) {
      compare.setTarget(Compare.CompareTarget.VERSION).setVersion(0);
    } else {
      compare
          .setTarget(Compare.CompareTarget.VALUE)
          .setValue(ByteString.copyFromUtf8(Long.toString(expected)));
    }
    var read = RangeRequest.newBuilder().setKey(bytes);
    var txn =
        TxnRequest.newBuilder()
            .addCompare(compare)
            .addSuccess(RequestOp.newBuilder().setRequestPut(put(bytes, value, false)))
            .addFailure(RequestOp.newBuilder().setRequestRange(read))
            .build();
    record(
        number,
        key,
        new Action.CompareAndPut(expected, value),
        () -> {
          var answer = client.kv().txn(txn);
          return answer.getSucceeded()
              ? new Outcome.Done()
              : saw(answer.getResponses(0).getResponseRange().getKvsList());
        });
  }
}
