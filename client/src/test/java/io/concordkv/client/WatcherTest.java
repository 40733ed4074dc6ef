package io.concordkv.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WatcherTest {
  /// The other end takes connections and never says a word.
  @Test
  void who_waits_for_events_is_told_of_the_end_however_early_it_comes() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var calls = new Calls(ClientOptions.of("127.0.0.1:" + silent.getLocalPort()));
        var pool = Executors.newFixedThreadPool(1)) {
      for (int i = 0; i < 2_000; i++) {
        var watcher = new Watcher(calls, WatchCreateRequest.getDefaultInstance());
        var begun = new CountDownLatch(1);
        var reader =
            pool.submit(() -> {
              begun.countDown();
              return watcher.poll(Duration.ofSeconds(20));
            });
        begun.await();
        for (int spin = 0; spin < i % 500; spin++) {
          Thread.onSpinWait();
        }
        watcher.close();
        assertThatThrownBy(() -> reader.get(60, TimeUnit.SECONDS))
            .as("watcher %d", i)
            .hasCauseInstanceOf(ClientException.Rejected.class);
      }
    }
  }
}
