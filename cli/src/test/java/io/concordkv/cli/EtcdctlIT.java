package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The command line tool of etcd does not notice that this is not etcd. Skipped where it is absent.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdctlIT {
  private @Nullable ProcessCluster started;

  @BeforeAll
  void start() {
    Etcdctl.assumePresent();
    started = ProcessCluster.start("etcdctl", 3);
  }

  @AfterAll
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  private ProcessCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private Ran run(String... arguments) {
    return piped("", arguments);
  }

  private Ran piped(String input, String... arguments) {
    return Etcdctl.run(cluster().endpoints(), input, List.of(arguments));
  }

  @Test
  void puts_and_gets_at_an_old_revision() {
    assertThat(run("put", "old/a", "one").succeeded()).isEqualTo("OK\n");
    var revision = revision(run("get", "old/a", "-w", "json").succeeded());
    assertThat(run("put", "old/a", "two").succeeded()).isEqualTo("OK\n");
    assertThat(run("get", "old/a").succeeded()).isEqualTo("old/a\ntwo\n");
    assertThat(run("get", "old/a", "--rev=" + revision).succeeded()).isEqualTo("old/a\none\n");
  }

  @Test
  void ranges_in_order_and_deletes() {
    for (var key : List.of("r/1", "r/2", "r/3")) {
      run("put", key, "v").succeeded();
    }
    assertThat(run("get", "--prefix", "r/", "--keys-only").succeeded())
        .isEqualTo("r/1\n\nr/2\n\nr/3\n\n");
    assertThat(run("get", "--prefix", "r/", "--limit=1", "--order=DESCEND").succeeded())
        .isEqualTo("r/3\nv\n");
    assertThat(run("get", "r/1", "r/3", "--print-value-only").succeeded()).isEqualTo("v\nv\n");
    assertThat(run("del", "--prefix", "r/", "--prev-kv").succeeded())
        .isEqualTo("3\nr/1\nv\nr/2\nv\nr/3\nv\n");
    assertThat(run("get", "--prefix", "r/").succeeded()).isEmpty();
  }

  @Test
  void guarded_transactions_choose_their_branch() {
    run("put", "t", "1").succeeded();
    var text = "value(\"t\") = \"1\"\n\nput t 2\nget t\n\nput t 3\n\n";
    assertThat(piped(text, "txn").succeeded()).isEqualTo("SUCCESS\n\nOK\n\nt\n2\n");
    assertThat(piped(text, "txn").succeeded()).isEqualTo("FAILURE\n\nOK\n");
  }

  @Test
  void a_watch_from_an_old_revision_tells_history() {
    run("put", "w", "1").succeeded();
    var revision = revision(run("get", "w", "-w", "json").succeeded());
    run("put", "w", "2").succeeded();
    run("del", "w").succeeded();
    var told =
        Etcdctl.until(
            cluster().endpoints(),
            "DELETE\nw\n2\nw\n\n",
            "watch",
            "w",
            "--rev=" + revision,
            "--prev-kv");
    assertThat(told).isEqualTo("PUT\nw\n1\nPUT\nw\n1\nw\n2\nDELETE\nw\n2\nw\n\n");
  }

  @Test
  void keys_end_with_their_lease() {
    var granted = run("lease", "grant", "2").succeeded();
    var lease = granted.split(" ")[1];
    assertThat(granted).isEqualTo("lease " + lease + " granted with TTL(2s)\n");
    run("put", "leased", "v", "--lease=" + lease).succeeded();
    assertThat(run("get", "leased").succeeded()).isEqualTo("leased\nv\n");
    assertThat(run("lease", "timetolive", lease, "--keys").succeeded())
        .contains("attached keys([leased])");
    Eventually.holds(
        "the key ends with its lease",
        Duration.ofSeconds(20),
        () -> run("get", "leased").succeeded().isEmpty());
    assertThat(run("lease", "timetolive", lease).succeeded())
        .isEqualTo("lease " + lease + " already expired\n");
  }

  @Test
  void what_was_compacted_cannot_be_read() {
    run("put", "c", "1").succeeded();
    run("put", "c", "2").succeeded();
    var revision = revision(run("get", "c", "-w", "json").succeeded());
    assertThat(run("compaction", Long.toString(revision)).succeeded())
        .isEqualTo("compacted revision " + revision + "\n");
    var refused = run("get", "c", "--rev=" + (revision - 1));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("mvcc: required revision has been compacted");
  }

  @Test
  void members_and_endpoints_are_known() {
    var members = run("member", "list").succeeded();
    assertThat(members.lines()).hasSize(3).allMatch(line -> line.contains(", started, n"));
    var status = run("endpoint", "status", "-w", "json").succeeded();
    assertThat(status).contains("\"version\":\"3.7.1\"");
    assertThat(run("endpoint", "health").succeeded() + run("endpoint", "health").err())
        .contains("is healthy");
    assertThat(hashes(run("endpoint", "hashkv", "-w", "json").succeeded())).isNotEmpty();
  }

  private static List<String> hashes(String json) {
    var hashes = new ArrayList<String>();
    var matcher = Pattern.compile("\"hash\":(\\d+)").matcher(json);
    while (matcher.find()) {
      hashes.add(matcher.group(1));
    }
    return hashes;
  }

  private static long revision(String json) {
    var matcher = Pattern.compile("\"revision\":(\\d+)").matcher(json);
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
