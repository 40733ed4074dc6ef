package io.concordkv.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTest {
  private static final List<String> PREFIXES = List.of("CONCORD_", "ETCD_");

  private static ServerOptions options(Map<String, String> environment, String... flags) {
    return ServerOptions.of(Settings.of(List.of(flags), environment, PREFIXES), "data");
  }

  private static ServerOptions options(String... flags) {
    return options(Map.of(), flags);
  }

  @Test
  void without_any_setting_it_is_a_single_node() {
    var options = options();
    assertThat(options.name()).isEqualTo("default");
    assertThat(options.dataDir()).isEqualTo("data");
    assertThat(options.listenClient()).containsExactly(new ListenUrl("127.0.0.1", 2379));
    assertThat(options.initialCluster())
        .isEqualTo(Map.of("default", List.of("http://127.0.0.1:2380")));
    assertThat(options.election().toMillis()).isEqualTo(1000);
    assertThat(options.peerWire()).isEqualTo(PeerWire.TCP);
  }

  @Test
  void flags_are_taken_in_every_spelling_and_the_last_one_wins() {
    assertThat(options("--name=a", "--name", "b", "-name", "c").name()).isEqualTo("c");
    assertThat(options("-name=d").name()).isEqualTo("d");
  }

  @Test
  void a_flag_wins_over_the_environment_and_that_over_the_file_for_each_key(@TempDir Path directory)
      throws IOException {
    var file = directory.resolve("config.yaml");
    Files.writeString(
        file, "name: file\ndata-dir: file\nsnapshot-count: 7\ninitial-cluster-token: file\n");
    var environment =
        Map.of(
            "ETCD_NAME", "etcd",
            "CONCORD_DATA_DIR", "own",
            "ETCD_DATA_DIR", "etcd",
            "ETCD_INITIAL_CLUSTER_TOKEN", "etcd");
    var options = options(environment, "--config=" + file, "--name=flag");
    assertThat(options.name()).isEqualTo("flag");
    assertThat(options.dataDir()).isEqualTo("own");
    assertThat(options.token()).isEqualTo("etcd");
    assertThat(options.snapshotEntries()).isEqualTo(7);
    assertThat(options.catchUpEntries()).isEqualTo(5000);
  }

  @Test
  void what_peers_speak_is_one_of_two() {
    assertThat(options("--peer-transport=grpc").peerWire()).isEqualTo(PeerWire.GRPC);
    assertThat(options(Map.of("CONCORD_PEER_TRANSPORT", "grpc")).peerWire())
        .isEqualTo(PeerWire.GRPC);
    assertThatThrownBy(() -> options("--peer-transport=udp"))
        .hasMessage("--peer-transport must be tcp or grpc");
  }

  @Test
  void what_has_no_effect_is_accepted_and_told() {
    var settings =
        Settings.of(
            List.of(
                "--initial-corrupt-check=false",
                "--pre-vote",
                "--experimental-corrupt-check-time",
                "3s"),
            Map.of(),
            PREFIXES);
    assertThat(settings.notes())
        .containsExactly(
            "--initial-corrupt-check is accepted and has no effect here",
            "--pre-vote is accepted and has no effect here",
            "--experimental-corrupt-check-time is accepted and has no effect here");
  }

  @Test
  void what_changes_of_the_members_are_allowed_is_a_setting() {
    assertThat(options().strictReconfigCheck()).isTrue();
    assertThat(options().maxLearners()).isEqualTo(1);
    var loose = options("--strict-reconfig-check=false", "--experimental-max-learners", "3");
    assertThat(loose.strictReconfigCheck()).isFalse();
    assertThat(loose.maxLearners()).isEqualTo(3);
    assertThatThrownBy(() -> options("--strict-reconfig-check=perhaps"))
        .hasMessageContaining("neither true nor false");
  }

  @Test
  void who_leads_and_reads_under_leases_is_a_setting_with_bounds() {
    assertThat(options().leaseDriftPercent()).isZero();
    assertThat(options().electionPriority()).isEqualTo(10);
    assertThat(options().promotionMargin()).isZero();
    var chosen =
        options(
            "--leader-lease-drift=5", "--election-priority=3", "--learner-promotion-margin=1000");
    assertThat(chosen.leaseDriftPercent()).isEqualTo(5);
    assertThat(chosen.electionPriority()).isEqualTo(3);
    assertThat(chosen.promotionMargin()).isEqualTo(1000);
    assertThatThrownBy(() -> options("--leader-lease-drift=51"))
        .hasMessage("--leader-lease-drift: \"51\" is not a number from 0 to 50");
    assertThatThrownBy(() -> options("--election-priority=11")).hasMessageContaining("0 to 10");
    assertThatThrownBy(() -> options(Map.of("CONCORD_LEARNER_PROMOTION_MARGIN", "-1")))
        .hasMessageContaining("CONCORD_LEARNER_PROMOTION_MARGIN: \"-1\"");
  }

  @Test
  void security_is_never_silently_left_out() {
    assertThatThrownBy(() -> options("--peer-auto-tls")).hasMessageContaining("asks for TLS");
    assertThatThrownBy(() -> options(Map.of("ETCD_CERT_FILE", "a.pem")))
        .hasMessageContaining("ETCD_CERT_FILE asks for TLS");
    assertThatThrownBy(() -> options("--listen-client-urls=https://127.0.0.1:2379"))
        .hasMessageContaining("asks for TLS");
    assertThat(options("--client-cert-auth=false").name()).isEqualTo("default");
  }

  @Test
  void mistakes_are_named_with_their_origin() {
    assertThatThrownBy(() -> options("--nmae=x")).hasMessageContaining("did you mean --name?");
    assertThatThrownBy(() -> options("--name")).hasMessageContaining("--name needs a value");
    assertThatThrownBy(() -> options("start")).hasMessageContaining("unexpected argument");
    assertThatThrownBy(() -> options(Map.of("ETCD_SNAPSHOT_COUNT", "many")))
        .hasMessageContaining("ETCD_SNAPSHOT_COUNT: \"many\" is not a number");
    assertThatThrownBy(() -> options("--listen-client-urls=127.0.0.1:2379"))
        .hasMessageContaining("http://");
    assertThatThrownBy(() -> options("--heartbeat-interval=500"))
        .hasMessageContaining("at least five times");
    assertThatThrownBy(() -> options("--initial-cluster=n2=http://127.0.0.1:1"))
        .hasMessageContaining("does not name this member, \"default\"");
    assertThatThrownBy(() ->
            options(
                "--initial-cluster=default=http://127.0.0.1:1",
                "--initial-advertise-peer-urls=http://127.0.0.1:2"))
        .hasMessageContaining("--initial-advertise-peer-urls says");
  }

  @Test
  void a_file_with_an_unknown_key_or_no_keys_is_refused(@TempDir Path directory)
      throws IOException {
    var file = directory.resolve("config.yaml");
    Files.writeString(file, "data-dri: x\n");
    assertThatThrownBy(() -> options("--config", file.toString()))
        .hasMessageContaining("unknown key data-dri in " + file + " (did you mean data-dir?)");
    Files.writeString(file, "[1, 2]\n");
    assertThatThrownBy(() -> options("--config", file.toString()))
        .hasMessageContaining("is not a list of key: value");
    assertThatThrownBy(() -> options("--config", file + ".not"))
        .hasMessageContaining("cannot read the configuration file");
  }
}
