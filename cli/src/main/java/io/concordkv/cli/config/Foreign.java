package io.concordkv.cli.config;

import java.util.List;
import java.util.stream.Stream;

/// What etcd can be told and we cannot: flags without a meaning here, which are accepted with a
/// line that says so, and those whose absence would be a danger, which are refused.
final class Foreign {
  private static final String EXPERIMENTAL = "experimental-";

  private static final List<String> SECURITY =
      List.of(
          "cert-file",
          "key-file",
          "trusted-ca-file",
          "ca-file",
          "client-cert-auth",
          "client-crl-file",
          "client-cert-allowed-hostname",
          "peer-cert-file",
          "peer-key-file",
          "peer-trusted-ca-file",
          "peer-ca-file",
          "peer-client-cert-auth",
          "peer-crl-file",
          "peer-cert-allowed-cn",
          "peer-cert-allowed-hostname",
          "auto-tls",
          "peer-auto-tls",
          "self-signed-cert-validity",
          "cipher-suites",
          "tls-min-version",
          "tls-max-version",
          "client-transport-security",
          "peer-transport-security");

  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "auth-token",
          "auth-token-ttl",
          "bcrypt-cost",
          "listen-metrics-urls",
          "listen-client-http-urls",
          "max-concurrent-streams",
          "log-level",
          "log-outputs",
          "log-format",
          "logger",
          "enable-log-rotation",
          "log-rotation-config-json",
          "feature-gates",
          "compaction-batch-limit",
          "compaction-sleep-interval",
          "auto-compaction-mode",
          "auto-compaction-retention",
          "watch-progress-notify-interval",
          "corrupt-check-time",
          "initial-corrupt-check",
          "compact-hash-check-enabled",
          "compact-hash-check-time",
          "warning-apply-duration",
          "warning-unary-request-duration",
          "metrics",
          "force-new-cluster",
          "discovery",
          "discovery-fallback",
          "discovery-proxy",
          "discovery-srv",
          "discovery-srv-name",
          "discovery-token",
          "discovery-endpoints",
          "max-wals",
          "max-snapshots",
          "wal-dir",
          "pre-vote",
          "initial-election-tick-advance",
          "enable-pprof",
          "cors",
          "host-whitelist",
          "socket-reuse-port",
          "socket-reuse-address",
          "raft-read-timeout",
          "raft-write-timeout",
          "unsafe-no-fsync",
          "enable-grpc-gateway",
          "enable-v2",
          "enable-lease-checkpoint",
          "enable-lease-checkpoint-persist",
          "enable-distributed-tracing",
          "grpc-keepalive-min-time",
          "grpc-keepalive-interval",
          "grpc-keepalive-timeout",
          "backend-batch-interval",
          "backend-batch-limit",
          "backend-bbolt-freelist-type",
          "bootstrap-defrag-threshold-megabytes",
          "memory-mlock",
          "txn-mode-write-with-shared-buffer",
          "v2-deprecation",
          "downgrade-check-time",
          "distributed-tracing-address",
          "distributed-tracing-service-name",
          "distributed-tracing-instance-id",
          "distributed-tracing-sampling-rate",
          "peer-skip-client-san-verification",
          "stop-grpc-service-on-defrag");

  private static final List<String> SWITCHES =
      List.of(
          "strict-reconfig-check",
          "client-cert-auth",
          "peer-client-cert-auth",
          "auto-tls",
          "peer-auto-tls",
          "pre-vote",
          "enable-pprof",
          "force-new-cluster",
          "initial-corrupt-check",
          "compact-hash-check-enabled",
          "initial-election-tick-advance",
          "socket-reuse-port",
          "socket-reuse-address",
          "unsafe-no-fsync",
          "enable-grpc-gateway",
          "enable-v2",
          "enable-log-rotation",
          "enable-lease-checkpoint",
          "enable-lease-checkpoint-persist",
          "enable-distributed-tracing",
          "memory-mlock",
          "txn-mode-write-with-shared-buffer",
          "peer-skip-client-san-verification",
          "stop-grpc-service-on-defrag");

  private Foreign() {}

  static boolean security(String key) {
    return SECURITY.contains(plain(key));
  }

  static boolean withoutEffect(String key) {
    return WITHOUT_EFFECT.contains(plain(key));
  }

  /// Whether the flag is on when it stands alone, so that the next word is not its value.
  static boolean isSwitch(String key) {
    return SWITCHES.contains(plain(key));
  }

  static Stream<String> all() {
    return Stream.concat(SECURITY.stream(), WITHOUT_EFFECT.stream());
  }

  private static String plain(String key) {
    return key.startsWith(EXPERIMENTAL) ? key.substring(EXPERIMENTAL.length()) : key;
  }
}
