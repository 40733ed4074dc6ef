package io.concordkv.sim.chaos;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.proto.mvccpb.KeyValue;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Transactions of several keys: money that moves between accounts, two at a time. However a move
/// ends, every view of all accounts has the same sum; and a view that is asked for after a move was
/// acknowledged is no older than that.
final class Accounts {
  private static final String PREFIX = "account/";
  private static final int COUNT = 6;
  private static final long EACH = 100;
  private static final RangeRequest ALL =
      RangeRequest.newBuilder()
          .setKey(ByteString.copyFromUtf8(PREFIX))
          .setRangeEnd(ByteString.copyFromUtf8("account0"))
          .build();

  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicInteger moves = new AtomicInteger();

  /// One look, or one move.
  void act(ConcordClient client, SplittableRandom chance) {
    try {
      if (chance.nextInt(4) == 0) {
        var stale = ALL.toBuilder().setSerializable(true).build();
        judge(client.kv().range(stale).getKvsList());
      } else {
        var now = view(client);
        if (now.isEmpty()) {
          open(client);
        } else {
          move(client, chance, now);
        }
      }
    } catch (ClientException unknown) {
      // It was moved or not: the sum is the same.
    }
  }

  private List<KeyValue> view(ConcordClient client) {
    long known = acknowledged.get();
    var answer = client.kv().range(ALL);
    long revision = answer.getHeader().getRevision();
    if (revision < known) {
      wrong.add("a view at revision " + revision + " after " + known + " was acknowledged");
    }
    if (known > 0 && answer.getKvsCount() == 0) {
      wrong.add("no account at revision " + revision + " after " + known + " was acknowledged");
    }
    judge(answer.getKvsList());
    return answer.getKvsList();
  }

  /// Before they are opened there are none.
  private void judge(List<KeyValue> accounts) {
    long sum = accounts.stream().mapToLong(Accounts::balance).sum();
    if (!accounts.isEmpty() && (accounts.size() != COUNT || sum != COUNT * EACH)) {
      wrong.add(accounts.size() + " accounts with " + sum + " in all: " + accounts);
    }
  }

  private static long balance(KeyValue account) {
    return Long.parseLong(account.getValue().toStringUtf8());
  }

  private static RequestOp put(ByteString key, long balance) {
    var value = ByteString.copyFromUtf8(Long.toString(balance));
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value))
        .build();
  }

  private static Compare unchanged(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.CompareTarget.MOD)
        .setModRevision(revision)
        .build();
  }

  private void open(ConcordClient client) {
    var all = TxnRequest.newBuilder();
    for (int i = 0; i < COUNT; i++) {
      var key = ByteString.copyFromUtf8(PREFIX + i);
      all.addCompare(unchanged(key, 0)).addSuccess(put(key, EACH));
    }
    commit(client, all.build());
  }

  private void move(ConcordClient client, SplittableRandom chance, List<KeyValue> accounts) {
    int giver = chance.nextInt(accounts.size());
    int taker = (giver + 1 + chance.nextInt(accounts.size() - 1)) % accounts.size();
    var from = accounts.get(giver);
    var to = accounts.get(taker);
    long amount = chance.nextLong(balance(from) + 1);
    var view = RequestOp.newBuilder().setRequestRange(ALL);
    var txn =
        TxnRequest.newBuilder()
            .addCompare(unchanged(from.getKey(), from.getModRevision()))
            .addCompare(unchanged(to.getKey(), to.getModRevision()))
            .addSuccess(put(from.getKey(), balance(from) - amount))
            .addSuccess(put(to.getKey(), balance(to) + amount))
            .addSuccess(view)
            .addFailure(view)
            .build();
    commit(client, txn);
  }

  private void commit(ConcordClient client, TxnRequest txn) {
    var answer = client.kv().txn(txn);
    acknowledged.accumulateAndGet(answer.getHeader().getRevision(), Math::max);
    if (answer.getSucceeded()) {
      moves.incrementAndGet();
    }
    for (var part : answer.getResponsesList()) {
      if (part.hasResponseRange()) {
        judge(part.getResponseRange().getKvsList());
      }
    }
  }

  int moves() {
    return moves.get();
  }

  void check(ConcordClient client) {
    var _ = view(client);
    ChaosFailure.unless(wrong.isEmpty(), "accounts do not add up", wrong);
  }
}
