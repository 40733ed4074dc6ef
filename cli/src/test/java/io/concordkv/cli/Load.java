package io.concordkv.cli;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Writers that put one new key after another and remember which of them were acknowledged. A write
/// whose fate is unknown is not repeated: it may be there or not.
final class Load implements AutoCloseable {
  private static final int WRITERS = 8;
  private static final String PREFIX = "load/";

  /// What a follower passed to a leader that died is answered by nobody. Who waits long for it does
  /// not see that a new leader serves.
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private final ProcessCluster cluster;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> attempted = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastBegunOfAcknowledged = new AtomicLong(System.nanoTime());
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> writers = new ArrayList<>();

  Load(ProcessCluster cluster) {
    this.cluster = cluster;
    for (var writer = 0; writer < WRITERS; writer++) {
      var number = writer;
      writers.add(Thread.ofPlatform().name("writer-" + writer).start(() -> write(number)));
    }
  }

  private void write(int writer) {
    try (var client = cluster.client(PATIENCE)) {
      for (long i = 0; stop.getCount() > 0; i++) {
        var key = PREFIX + writer + "/" + "%08d".formatted(i);
        attempted.add(key);
        var begun = System.nanoTime();
        try {
          client.kv().put(key, "value of " + key);
          acknowledged.add(key);
          lastBegunOfAcknowledged.accumulateAndGet(begun, (a, b) -> b - a > 0 ? b : a);
        } catch (ClientException unanswered) {
          // Whoever leads next is asked in a moment.
        }
        pause();
      }
    }
  }

  /// A moment, since nodes that start need the processor too; over at once when the load stops.
  private void pause() {
    try {
      var _ = stop.await(5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int acknowledged() {
    return acknowledged.size();
  }

  /// Whether a write that began after `nanos` was acknowledged.
  boolean servedSince(long nanos) {
    return lastBegunOfAcknowledged.get() - nanos > 0;
  }

  void awaitAcknowledged(int count) {
    Eventually.holds(
        count + " writes are acknowledged",
        Duration.ofSeconds(60),
        () -> acknowledged.size() >= count);
  }

  /// Ends the writers.
  @Override
  public void close() {
    stop.countDown();
    for (var writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// What was acknowledged and is not there, and what is there and was never written.
  List<String> wrong(ConcordClient client) {
    var stored = stored(client);
    var lost = new HashSet<>(acknowledged);
    lost.removeAll(stored);
    var invented = new HashSet<>(stored);
    invented.removeAll(attempted);
    var wrong = new ArrayList<String>();
    lost.stream().sorted().limit(20).forEach(key -> wrong.add("lost " + key));
    invented.stream().sorted().limit(20).forEach(key -> wrong.add("never written " + key));
    return wrong;
  }

  private static Set<String> stored(ConcordClient client) {
    var keys = new HashSet<String>();
    var from = ByteString.copyFromUtf8(PREFIX);
    while (true) {
      var page =
          client
              .kv()
              .range(
                  RangeRequest.newBuilder()
                      .setKey(from)
                      .setRangeEnd(ByteString.copyFromUtf8("load0"))
                      .setLimit(1000)
                      .build());
      for (var pair : page.getKvsList()) {
        var key = pair.getKey().toStringUtf8();
        if (pair.getValue().toStringUtf8().equals("value of " + key)) {
          keys.add(key);
        }
      }
      if (!page.getMore()) {
        return keys;
      }
      from = page.getKvs(page.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[1]));
    }
  }
}
