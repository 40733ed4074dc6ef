package io.concordkv.cli.config;

import io.concordkv.node.LeaderRules;
import io.concordkv.raft.RaftConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How one server is to run, checked and complete.
///
/// @param peerWire what the members speak with one another
/// @param initialCluster the peer URLs of every first member, by name, in the order given
/// @param joining whether the cluster exists already; only looked at when there is no data
/// @param snapshotEntries after so many applied entries the state becomes durable
/// @param catchUpEntries applied entries kept in memory for members that are behind
/// @param quotaBytes 0: the default
/// @param promotionMargin in entries; 0: learners are promoted by hand only
/// @param leaseDriftPercent 0: no leases
public record ServerOptions(
    String name,
    String dataDir,
    List<ListenUrl> listenClient,
    List<String> advertiseClient,
    List<ListenUrl> listenPeer,
    List<String> advertisePeer,
    PeerWire peerWire,
    Map<String, List<String>> initialCluster,
    boolean joining,
    String token,
    long snapshotEntries,
    long catchUpEntries,
    Duration heartbeat,
    Duration election,
    int maxRequestBytes,
    int maxTxnOperations,
    long quotaBytes,
    boolean strictReconfigCheck,
    int maxLearners,
    long promotionMargin,
    int electionPriority,
    int leaseDriftPercent) {

  /// @param dataDirOtherwise used if none is given; `{name}` stands for the member's name
  public static ServerOptions of(Settings settings, String dataDirOtherwise) {
    var name = settings.text(Setting.NAME);
    var listenClient = urls(settings, Setting.LISTEN_CLIENT_URLS);
    var listenPeer = urls(settings, Setting.LISTEN_PEER_URLS);
    var advertisePeer = advertised(settings, Setting.INITIAL_ADVERTISE_PEER_URLS, listenPeer);
    var cluster = cluster(settings, name, advertisePeer);
    var heartbeat = settings.number(Setting.HEARTBEAT_INTERVAL, 1, 60_000);
    var election = settings.number(Setting.ELECTION_TIMEOUT, 1, 600_000);
    if (election < 5 * heartbeat) {
      throw new ConfigException(
          "--election-timeout (%d ms) must be at least five times --heartbeat-interval (%d ms)"
              .formatted(election, heartbeat));
    }
    return new ServerOptions(
        name,
        settings.given(Setting.DATA_DIR)
            ? settings.text(Setting.DATA_DIR)
            : dataDirOtherwise.replace("{name}", name),
        listenClient,
        advertised(settings, Setting.ADVERTISE_CLIENT_URLS, listenClient),
        listenPeer,
        advertisePeer,
        PeerWire.of(settings),
        cluster,
        joining(settings),
        settings.text(Setting.INITIAL_CLUSTER_TOKEN),
        settings.number(Setting.SNAPSHOT_COUNT, 1, Long.MAX_VALUE),
        settings.number(Setting.SNAPSHOT_CATCHUP_ENTRIES, 1, Long.MAX_VALUE),
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(election),
        Math.toIntExact(settings.number(Setting.MAX_REQUEST_BYTES, 1024, 1 << 30)),
        Math.toIntExact(settings.number(Setting.MAX_TXN_OPS, 1, 1 << 20)),
        settings.number(Setting.QUOTA_BACKEND_BYTES, Long.MIN_VALUE, Long.MAX_VALUE),
        settings.flag(Setting.STRICT_RECONFIG_CHECK),
        Math.toIntExact(settings.number(Setting.MAX_LEARNERS, 1, 1000)),
        settings.number(Setting.LEARNER_PROMOTION_MARGIN, 0, 1_000_000),
        Math.toIntExact(settings.number(Setting.ELECTION_PRIORITY, 0, RaftConfig.HIGHEST_PRIORITY)),
        Math.toIntExact(
            settings.number(Setting.LEADER_LEASE_DRIFT, 0, LeaderRules.MAX_DRIFT_PERCENT)));
  }

  private static boolean joining(Settings settings) {
    return switch (settings.text(Setting.INITIAL_CLUSTER_STATE)) {
      case "new" -> false;
      case "existing" -> true;
      default ->
          throw new ConfigException(
              settings.origin(Setting.INITIAL_CLUSTER_STATE) + " must be new or existing");
    };
  }

  private static List<ListenUrl> urls(Settings settings, Setting setting) {
    var origin = settings.origin(setting);
    var urls = settings.list(setting).stream().map(url -> ListenUrl.parse(url, origin)).toList();
    if (urls.isEmpty()) {
      throw new ConfigException(origin + " names no address");
    }
    return urls;
  }

  private static List<String> advertised(
      Settings settings, Setting setting, List<ListenUrl> listen) {
    if (!settings.given(setting)) {
      return listen.stream()
          .map(url -> (url.everywhere() ? new ListenUrl("localhost", url.port()) : url).toString())
          .toList();
    }
    return urls(settings, setting).stream().map(ListenUrl::toString).toList();
  }

  private static Map<String, List<String>> cluster(
      Settings settings, String name, List<String> advertised) {
    var members = new LinkedHashMap<String, List<String>>();
    var origin = settings.origin(Setting.INITIAL_CLUSTER);
    for (var part : settings.list(Setting.INITIAL_CLUSTER)) {
      var equals = part.indexOf('=');
      if (equals <= 0) {
        throw new ConfigException(origin + ": \"" + part + "\" is not of the form name=url");
      }
      var url = ListenUrl.parse(part.substring(equals + 1), origin).toString();
      members.computeIfAbsent(part.substring(0, equals), _ -> new ArrayList<>()).add(url);
    }
    if (members.isEmpty()) {
      return Map.of(name, advertised);
    }
    var own = members.get(name);
    if (own == null) {
      throw new ConfigException(
          origin + " does not name this member, \"" + name + "\"; it names " + members.keySet());
    }
    if (settings.given(Setting.INITIAL_ADVERTISE_PEER_URLS) && !sameUrls(own, advertised)) {
      throw new ConfigException(
          "%s says that %s is at %s, --initial-advertise-peer-urls says %s"
              .formatted(origin, name, own, advertised));
    }
    return members;
  }

  private static boolean sameUrls(List<String> a, List<String> b) {
    return a.stream().sorted().toList().equals(b.stream().sorted().toList());
  }
}
