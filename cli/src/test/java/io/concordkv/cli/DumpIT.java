package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.print.Out;
import io.concordkv.client.ConcordClient;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `concord dump` says of the files of a node that really ran.
final class DumpIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path directory;

  private static Ran dump(Object... arguments) {
    return concord(
        Stream.concat(Stream.of("dump"), Arrays.stream(arguments).map(Object::toString)));
  }

  private static Ran concord(Stream<String> words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    try (var session =
        new Session(
            InputStream.nullInputStream(),
            new Out(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of())) {
      int exit = Concord.execute(session, words.toArray(String[]::new));
      return new Ran(
          exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  private static List<JsonNode> lines(String output) {
    return output.lines().map(JSON::readTree).toList();
  }

  private static List<JsonNode> committed(Path data) {
    return lines(dump("wal", data, "--committed", "-o", "json").succeeded());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /// One of each kind of request; what each must look like in the dump is returned.
  private static List<String> act(ConcordClient client) {
    var expected = new ArrayList<String>();
    long revision = client.kv().put("a", "1").getHeader().getRevision();
    expected.add(
        "put {\"key\":\"%s\",\"value\":\"%s\"} %d".formatted(base64("a"), base64("1"), revision));
    long lease = client.lease().grant(600).getID();
    expected.add("leaseGrant {\"TTL\":\"600\",\"ID\":\"%d\"} 0".formatted(lease));
    var leased =
        PutRequest.newBuilder().setKey(bytes("b")).setValue(bytes("2")).setLease(lease).build();
    revision = client.kv().put(leased).getHeader().getRevision();
    expected.add(
        "put {\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%d\"} %d"
            .formatted(base64("b"), base64("2"), lease, revision));
    revision = client.kv().txn(absentThenPut()).getHeader().getRevision();
    expected.add(
        ("txn {\"compare\":[{\"key\":\"%s\",\"version\":\"0\"}],"
                + "\"success\":[{\"requestPut\":{\"key\":\"%s\",\"value\":\"%s\"}}]} %d")
            .formatted(base64("t"), base64("t"), base64("3"), revision));
    var _ = client.kv().delete(DeleteRangeRequest.newBuilder().setKey(bytes("nothing")).build());
    expected.add("deleteRange {\"key\":\"%s\"} 0".formatted(base64("nothing")));
    revision =
        client
            .kv()
            .delete(DeleteRangeRequest.newBuilder().setKey(bytes("a")).build())
            .getHeader()
            .getRevision();
    expected.add("deleteRange {\"key\":\"%s\"} %d".formatted(base64("a"), revision));
    revision = client.lease().revoke(lease).getHeader().getRevision();
    expected.add("leaseRevoke {\"ID\":\"%d\"} %d".formatted(lease, revision));
    var _ = client.kv().compact(CompactionRequest.newBuilder().setRevision(3).build());
    expected.add("compaction {\"revision\":\"3\"} 0");
    return expected;
  }

  private static TxnRequest absentThenPut() {
    return TxnRequest.newBuilder()
        .addCompare(Compare.newBuilder().setKey(bytes("t")).setVersion(0))
        .addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes("t")).setValue(bytes("3"))))
        .build();
  }

  private static List<String> requests(List<JsonNode> entries) {
    var requests = new ArrayList<String>();
    for (var entry : entries) {
      assertThat(entry.propertyNames().stream().limit(4))
          .containsExactly("group", "index", "term", "kind");
      if (entry.get("kind").asString().equals("command")) {
        var name = entry.propertyNames().stream().skip(4).findFirst().orElseThrow();
        requests.add(name + " " + entry.get(name) + " " + entry.get("revision"));
      }
    }
    return requests;
  }

  @Test
  void the_log_of_a_running_node_tells_every_request_in_order_with_its_revision()
      throws IOException {
    try (var cluster = ProcessCluster.start("dump", 1);
        var client = cluster.client(PATIENCE)) {
      var data = cluster.dataDirectory(0);
      var expected = act(client);
      Eventually.holds(
          "the last commit index is written",
          PATIENCE,
          () -> requests(committed(data)).containsAll(expected));

      var live = committed(data);
      assertThat(requests(live)).containsSequence(expected);
      assertThat(live.stream().map(entry -> entry.get("index").asLong()))
          .isSorted()
          .doesNotHaveDuplicates()
          .startsWith(1L);
      var text = dump("wal", data).succeeded();
      assertThat(text).contains("hardState").contains("put key: \"a\" value: \"1\" revision=2");

      var copy = directory.resolve("copy");
      copy(data, copy);
      assertThat(requests(committed(copy))).startsWith(requests(live).toArray(String[]::new));
      assertThat(requests(committed(data.resolve("wal"))))
          .startsWith(requests(live).toArray(String[]::new));

      // It writes the state out; a stop does not.
      concord(Stream.of("snapshot", "save", "now", "--endpoints=" + cluster.endpoints()))
          .succeeded();
      cluster.server(0).terminate(PATIENCE);
      stored(data);
      damaged(data);
    }
  }

  /// What the node made durable for the snapshot.
  private static void stored(Path data) {
    var pairs = lines(dump("snapshot", data, "-o", "json").succeeded());
    assertThat(pairs.stream().map(pair -> pair.get("kind").asString()))
        .contains("key", "tombstone", "history", "member", "applied", "keyspace");
    assertThat(dump("snapshot", data).succeeded())
        .contains("key key=\"t\"")
        .contains("name=n1")
        .contains("tombstone key=\"a\"");
    var tables = dump("sst", data).succeeded();
    assertThat(tables).contains("entries=").contains("filter").contains("block offset=0");
    assertThat(dump("manifest", data).succeeded()).contains("tree tree=0").contains("level=");
  }

  private void damaged(Path data) throws IOException {
    var table = only(data.resolve("state"), ".sst");
    flip(table, 40);
    var ran = dump("sst", table);
    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.err()).contains(table.getFileName().toString()).contains("offset 0");

    var segment = only(data.resolve("wal"), ".seg");
    var whole = dump("wal", data).out();
    flip(segment, 700);
    ran = dump("wal", data);
    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.err()).contains(segment.getFileName().toString()).contains("at offset ");
    assertThat(ran.out()).isNotEmpty();
    assertThat(whole.lines().map(DumpIT::withoutFate).toList())
        .startsWith(ran.out().lines().map(DumpIT::withoutFate).toArray(String[]::new));
  }

  /// What became of an entry is said behind it, so that may be lost.
  private static String withoutFate(String line) {
    return line.replaceFirst("( revision=.*)? state=.*", "");
  }

  @Test
  void revisions_are_known_where_the_log_was_trimmed() {
    try (var cluster =
            ProcessCluster.start(
                "dump-trimmed", 1, "--snapshot-count=20", "--snapshot-catchup-entries=30");
        var client = cluster.client(PATIENCE)) {
      var data = cluster.dataDirectory(0);
      var truth = new ArrayList<String>();
      for (int life = 0; life < 3; life++) {
        for (int i = 0; i < 60; i++) {
          var key = "k" + (i % 7);
          long revision = client.kv().put(key, life + "/" + i).getHeader().getRevision();
          truth.add(base64(key) + "=" + base64(life + "/" + i) + " " + revision);
          if (i % 9 == 0) {
            var _ = client.kv().delete(DeleteRangeRequest.newBuilder().setKey(bytes(key)).build());
          }
        }
        cluster.kill(0);
        cluster.restart(0);
        cluster.server(0).awaitReady(ProcessCluster.READY);
      }
      Eventually.holds(
          "the first segment is gone",
          PATIENCE,
          () -> !Files.exists(data.resolve("wal/00000000000000000000.seg")));
      Eventually.holds(
          "the last commit index is written",
          PATIENCE,
          () -> committed(data).toString().contains(base64("2/59")));
      var entries = committed(data);
      assertThat(entries.getFirst().get("index").asLong()).isGreaterThan(1);
      var puts =
          entries.stream()
              .filter(entry -> entry.has("put"))
              .map(entry ->
                  entry.get("put").get("key").asString()
                      + "="
                      + entry.get("put").get("value").asString()
                      + " "
                      + entry.get("revision"))
              .toList();
      assertThat(puts)
          .isNotEmpty()
          .isEqualTo(truth.subList(truth.size() - puts.size(), truth.size()));
    }
  }

  @Test
  void a_running_node_under_load_is_no_obstacle() {
    try (var cluster = ProcessCluster.start("dump-live", 3, "--snapshot-count=500")) {
      var load = new Load(cluster);
      try (load) {
        for (int round = 1; round <= 3; round++) {
          load.awaitAcknowledged(round * 400);
          var entries = committed(cluster.dataDirectory(round % 3));
          assertThat(entries).hasSizeGreaterThan(100);
          assertThat(entries.stream().filter(entry -> entry.has("put")))
              .allMatch(entry -> entry.get("revision").asLong() > 1);
          dump("snapshot", cluster.dataDirectory(0)).succeeded();
          dump("sst", cluster.dataDirectory(0)).succeeded();
        }
      }
    }
  }

  @Test
  void what_is_no_file_of_ours_is_refused_in_clear_words() throws IOException {
    var other = Files.writeString(directory.resolve("notes.txt"), "hello");
    assertThat(dump("wal", other).err()).contains("notes.txt is not a log");
    assertThat(dump("wal", directory).exit()).isEqualTo(3);
    assertThat(dump("sst", other).err()).contains("notes.txt is not a table");
    assertThat(dump("snapshot", directory).err()).contains("is not a data directory");
    assertThat(dump("wal", directory.resolve("nowhere")).err()).contains("there is no ");
    assertThat(dump("pb", "Nonsense", other).err()).contains("there is no message \"Nonsense\"");
    assertThat(dump("wal", other, "-o", "xml").err()).contains("text and json");
    assertThat(dump().err()).contains("dump wal");
    assertThat(ServerUnderTest.run("dump", "--help").succeeded())
        .contains("wal", "snapshot", "sst", "manifest", "pb");
    assertThat(ServerUnderTest.run("dump", "wal", "--help").succeeded()).contains("--committed");
  }

  @Test
  void a_message_of_the_api_is_decoded_by_its_name() throws IOException {
    var file = Files.write(directory.resolve("message"), absentThenPut().toByteArray());
    assertThat(dump("pb", "TxnRequest", file, "-o", "json").succeeded())
        .contains("\"requestPut\":{\"key\":\"" + base64("t") + "\"");
    assertThat(dump("pb", "etcdserverpb.TxnRequest", file).succeeded()).contains("key: \"t\"");
  }

  private static Path only(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static void flip(Path file, int offset) throws IOException {
    var content = Files.readAllBytes(file);
    content[offset] ^= 0x40;
    Files.write(file, content);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (var file : all.sorted().toList()) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
