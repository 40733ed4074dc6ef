package io.concordkv.cli.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Everything that a node can be told, by the name that it has as a flag and in the file; as an
/// environment variable it is upper case with underscores. Names and meanings are etcd's where etcd
/// has the thing.
public enum Setting {
  NAME("default", "name of this member, as --initial-cluster has it"),
  DATA_DIR("", "where the data lies"),
  LISTEN_CLIENT_URLS("http://127.0.0.1:2379", "where clients are served"),
  ADVERTISE_CLIENT_URLS("", "where clients can reach it, if not there"),
  LISTEN_PEER_URLS("http://127.0.0.1:2380", "where the other members are served"),
  PEER_TRANSPORT("tcp", "what members speak with one another, the same on all: tcp or grpc"),
  INITIAL_ADVERTISE_PEER_URLS("", "where the others can reach it, if not there"),
  INITIAL_CLUSTER("", "the first members: name=url,name=url (default: this one alone)"),
  INITIAL_CLUSTER_STATE("new", "new: make a cluster; existing: join one; not looked at later on"),
  INITIAL_CLUSTER_TOKEN("etcd-cluster", "sets apart clusters whose members have the same urls"),
  SNAPSHOT_COUNT(
      "100000", "after so many entries the state becomes durable and the log is trimmed"),
  SNAPSHOT_CATCHUP_ENTRIES("5000", "entries kept in memory for members that are behind"),
  HEARTBEAT_INTERVAL("100", "milliseconds between two heartbeats"),
  ELECTION_TIMEOUT("1000", "milliseconds without a leader before an election"),
  MAX_REQUEST_BYTES("1572864", "the largest request"),
  MAX_TXN_OPS("128", "the most operations in a transaction"),
  QUOTA_BACKEND_BYTES("0", "the most bytes stored, 0: two gigabytes"),
  STRICT_RECONFIG_CHECK("true", "refuse changes of the members that would cost the quorum"),
  MAX_LEARNERS("1", "how many members may be learners at a time"),
  LEARNER_PROMOTION_MARGIN(
      "0", "promote a learner by itself once it lacks fewer entries than this; 0: never"),
  ELECTION_PRIORITY(
      "10", "0 to 10: who leads hands over to a member of a higher one that keeps up"),
  LEADER_LEASE_DRIFT(
      "0",
      "percent by which two members' clocks may drift apart; above 0 the leader answers reads"
          + " without asking the others"),
  CONFIG_FILE("", "a YAML file with the same names as keys");

  private static final String EXPERIMENTAL = "experimental-";

  private final String otherwise;
  private final String meaning;

  Setting(String otherwise, String meaning) {
    this.otherwise = otherwise;
    this.meaning = meaning;
  }

  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Empty: it follows from the others.
  public String otherwise() {
    return otherwise;
  }

  public String meaning() {
    return meaning;
  }

  /// Also by the name that it had as an experiment.
  public static Optional<Setting> of(String key) {
    var plain = key.startsWith(EXPERIMENTAL) ? key.substring(EXPERIMENTAL.length()) : key;
    return Arrays.stream(values()).filter(setting -> setting.key().equals(plain)).findFirst();
  }
}
