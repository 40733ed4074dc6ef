package io.concordkv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The Java client of etcd does not notice that this is not etcd.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdIT {
  private @Nullable ProcessCluster started;
  private @Nullable Client connected;

  @BeforeAll
  void start() {
    var cluster = ProcessCluster.start("jetcd", 3);
    started = cluster;
    connected =
        Client.builder()
            .endpoints(
                IntStream.range(0, 3)
                    .mapToObj(i -> "http://127.0.0.1:" + cluster.clientPort(i))
                    .toArray(String[]::new))
            .build();
  }

  @AfterAll
  void stop() {
    if (connected != null) {
      connected.close();
    }
    if (started != null) {
      started.close();
    }
  }

  private Client client() {
    return Objects.requireNonNull(connected);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  private static <A> A await(CompletableFuture<A> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private long put(String key, String value) {
    return await(client().getKVClient().put(bytes(key), bytes(value))).getHeader().getRevision();
  }

  @Test
  void reads_at_a_revision() {
    var revision = put("rev", "one");
    put("rev", "two");
    var then =
        await(
            client()
                .getKVClient()
                .get(bytes("rev"), GetOption.builder().withRevision(revision).build()));
    var now = await(client().getKVClient().get(bytes("rev")));
    assertThat(then.getKvs().getFirst().getValue()).isEqualTo(bytes("one"));
    assertThat(now.getKvs().getFirst().getValue()).isEqualTo(bytes("two"));
    assertThat(now.getKvs().getFirst().getVersion()).isEqualTo(2);
  }

  @Test
  void reads_ranges() {
    IntStream.range(0, 5).forEach(i -> put("range/" + i, "v" + i));
    var answer =
        await(
            client()
                .getKVClient()
                .get(bytes("range/"), GetOption.builder().isPrefix(true).withLimit(3).build()));
    assertThat(answer.getCount()).isEqualTo(5);
    assertThat(answer.isMore()).isTrue();
    assertThat(answer.getKvs()).hasSize(3);
  }

  @Test
  void commits_guarded_transactions() {
    put("txn", "1");
    var answer =
        await(
            client()
                .getKVClient()
                .txn()
                .If(new Cmp(bytes("txn"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))))
                .Then(Op.put(bytes("txn"), bytes("2"), PutOption.DEFAULT))
                .Else(Op.get(bytes("txn"), GetOption.DEFAULT))
                .commit());
    assertThat(answer.isSucceeded()).isTrue();
    assertThat(answer.getPutResponses()).hasSize(1);
  }

  @Test
  void watches_from_an_old_revision() throws InterruptedException {
    var revision = put("watch", "1");
    put("watch", "2");
    await(client().getKVClient().delete(bytes("watch")));
    var events = new LinkedBlockingQueue<WatchEvent>();
    var option = WatchOption.builder().withRevision(revision).withPrevKV(true).build();
    try (var _ =
        client()
            .getWatchClient()
            .watch(bytes("watch"), option, answer -> events.addAll(answer.getEvents()))) {
      assertThat(next(events).getKeyValue().getValue()).isEqualTo(bytes("1"));
      assertThat(next(events).getKeyValue().getValue()).isEqualTo(bytes("2"));
      var deleted = next(events);
      assertThat(deleted.getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
      assertThat(deleted.getPrevKV().getValue()).isEqualTo(bytes("2"));
      put("watch", "3");
      assertThat(next(events).getKeyValue().getValue()).isEqualTo(bytes("3"));
    }
  }

  private static WatchEvent next(LinkedBlockingQueue<WatchEvent> events)
      throws InterruptedException {
    return Objects.requireNonNull(events.poll(20, TimeUnit.SECONDS), "no event came");
  }

  @Test
  void keys_end_with_their_lease() {
    var lease = await(client().getLeaseClient().grant(2)).getID();
    await(
        client()
            .getKVClient()
            .put(bytes("leased"), bytes("v"), PutOption.builder().withLeaseId(lease).build()));
    assertThat(await(client().getLeaseClient().keepAliveOnce(lease)).getTTL()).isEqualTo(2);
    Eventually.holds(
        "the key ends with its lease",
        Duration.ofSeconds(20),
        () -> await(client().getKVClient().get(bytes("leased"))).getCount() == 0);
  }

  @Test
  void what_was_compacted_cannot_be_read() {
    put("compact", "1");
    var revision = put("compact", "2");
    await(client().getKVClient().compact(revision));
    var early = GetOption.builder().withRevision(revision - 1).build();
    assertThatThrownBy(() -> await(client().getKVClient().get(bytes("compact"), early)))
        .hasMessageContaining("required revision has been compacted");
  }
}
