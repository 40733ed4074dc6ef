package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Mistakes of operators and clients: each gets an answer that says what is wrong.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputIT {
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  private @Nullable ProcessCluster started;
  private @Nullable ConcordClient connected;

  @BeforeAll
  void start() {
    var cluster = ProcessCluster.start("bad-input", 1);
    started = cluster;
    connected = cluster.client(Duration.ofSeconds(10));
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

  private ProcessCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private ConcordClient client() {
    return Objects.requireNonNull(connected);
  }

  private static Ran concord(String... arguments) {
    return ServerUnderTest.run(arguments);
  }

  private static void refused(Ran ran, String message) {
    assertThat(ran.err()).contains(message);
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void an_unknown_flag_is_named_with_the_nearest_one() {
    refused(
        concord("server", "--snapshot-cuont=5"),
        "unknown flag --snapshot-cuont (did you mean --snapshot-count?)");
    refused(concord("etcd", "-nmae=x"), "unknown flag --nmae (did you mean --name?)");
    refused(concord("get", "a", "--prefx"), "unknown flag: --prefx");
  }

  @Test
  void an_unknown_key_of_the_file_is_named_with_the_nearest_one(@TempDir Path directory)
      throws IOException {
    var file = directory.resolve("concord.yaml");
    Files.writeString(file, "name: n1\nlisten-client-url: http://127.0.0.1:2379\n");
    refused(
        concord("server", "--config=" + file),
        "unknown key listen-client-url in " + file + " (did you mean listen-client-urls?)");
  }

  @Test
  void tls_is_refused_and_not_ignored() {
    refused(concord("etcd", "--cert-file=a.pem"), "--cert-file asks for TLS");
  }

  @Test
  void a_port_in_use_is_named(@TempDir Path directory) {
    var taken = cluster().clientPort(0);
    var ran =
        concord(
            "server",
            "--data-dir=" + directory.resolve("data"),
            "--listen-client-urls=http://127.0.0.1:" + taken,
            "--listen-peer-urls=http://127.0.0.1:" + Sockets.free(1).getFirst());
    refused(ran, "cannot listen at");
    assertThat(ran.err()).contains(Integer.toString(taken));
  }

  @Test
  void the_data_of_another_cluster_is_refused() {
    try (var other = ProcessCluster.start("another-cluster", 1)) {
      other.kill(0);
      refused(
          concord(
              "server",
              "--name=n1",
              "--data-dir=" + other.dataDirectory(0),
              "--initial-cluster-token=something-else",
              "--listen-client-urls=http://127.0.0.1:" + other.clientPort(0),
              "--listen-peer-urls=http://127.0.0.1:" + other.peerPort(0)),
          "use the settings it was first started with, or another data directory");
    }
  }

  @Test
  void a_directory_with_something_else_in_it_is_refused(@TempDir Path directory)
      throws IOException {
    Files.writeString(directory.resolve("thesis.txt"), "three years of work");
    var ports = Sockets.free(2);
    refused(
        concord(
            "server",
            "--data-dir=" + directory,
            "--listen-client-urls=http://127.0.0.1:" + ports.get(0),
            "--listen-peer-urls=http://127.0.0.1:" + ports.get(1)),
        "thesis.txt");
  }

  @Test
  void an_empty_key_is_refused() {
    rejected("etcdserver: key is not provided", () -> client().kv().put("", "v"));
  }

  @Test
  void a_value_of_two_megabytes_is_too_large_for_the_log() {
    var value = ByteString.copyFrom(new byte[(2 << 20) - 1024]);
    rejected("etcdserver: request is too large", () -> client().kv().put(KEY, value));
  }

  @Test
  void a_value_of_three_megabytes_is_too_large_for_a_message() {
    var value = ByteString.copyFrom(new byte[3 << 20]);
    rejected(
        "grpc: received message larger than max (" + size(value) + " vs. 2097152)",
        () -> client().kv().put(KEY, value));
  }

  private static int size(ByteString value) {
    return PutRequest.newBuilder().setKey(KEY).setValue(value).build().getSerializedSize();
  }

  @Test
  void more_than_128_operations_are_refused() {
    var txn = TxnRequest.newBuilder();
    for (var i = 0; i < 129; i++) {
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k" + i))));
    }
    rejected(
        "etcdserver: too many operations in txn request", () -> client().kv().txn(txn.build()));
  }

  @Test
  void a_future_revision_cannot_be_read() {
    rejected(
        "etcdserver: mvcc: required revision is a future revision",
        () ->
            client()
                .kv()
                .range(RangeRequest.newBuilder().setKey(KEY).setRevision(1 << 30).build()));
  }

  @Test
  void a_compacted_revision_cannot_be_read() {
    client().kv().put("compacted", "1");
    var revision = client().kv().put("compacted", "2").getHeader().getRevision();
    client().kv().compact(CompactionRequest.newBuilder().setRevision(revision).build());
    rejected(
        "etcdserver: mvcc: required revision has been compacted",
        () ->
            client()
                .kv()
                .range(RangeRequest.newBuilder().setKey(KEY).setRevision(revision - 1).build()));
  }

  @Test
  void nobody_there_is_said_with_the_endpoint_and_the_reason() {
    var port = Sockets.free(1).getFirst();
    var ran = concord("get", "a", "--endpoints=127.0.0.1:" + port);
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err())
        .contains("cannot reach 127.0.0.1:" + port + ": connection refused (1 endpoint tried, 0");
  }

  private static void rejected(String message, Runnable call) {
    Assertions.assertThatExceptionOfType(ClientException.Rejected.class)
        .isThrownBy(call::run)
        .withMessage(message);
  }
}
