package io.concordkv.server.rpc;

import io.concordkv.node.Node;
import io.concordkv.proto.etcdserverpb.ClusterGrpc;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.LeaseGrpc;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.WatchGrpc;
import io.concordkv.proto.etcdserverpb.WatchRequest;
import io.concordkv.proto.health.HealthGrpc;
import io.concordkv.proto.v1.MembersGrpc;
import io.concordkv.proto.v1.SnapshotsGrpc;
import io.concordkv.server.wire.Limits;
import io.grpc.HandlerRegistry;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.stream.Collectors;

/// All services of one node.
public final class Services {
  private final LeaderRule leaderRule;
  private final StandingRule standingRule;
  private final OpenStreams streams;
  private final Limits limits;
  private final List<ServerServiceDefinition> definitions;

  public Services(Node node, Limits limits) {
    this.limits = limits;
    leaderRule = new LeaderRule(node::observeLeader);
    standingRule = new StandingRule(node::observeStanding);
    streams = new OpenStreams(leaderRule);
    var cluster = new ClusterService(node.membership());
    definitions =
        List.of(
            new KvService(node, limits).bind(service(KVGrpc.SERVICE_NAME)),
            service(WatchGrpc.SERVICE_NAME).stream(
                    WatchGrpc.getWatchMethod(),
                    WatchRequest.parser(),
                    (call, headers) -> WatchCall.start(call, headers, node, streams))
                .build(),
            new LeaseService(node, streams).bind(service(LeaseGrpc.SERVICE_NAME)),
            cluster.bind(service(ClusterGrpc.SERVICE_NAME)),
            cluster.bindOwn(service(MembersGrpc.SERVICE_NAME)),
            new MaintenanceService(node, limits).bind(service(MaintenanceGrpc.SERVICE_NAME)),
            new SnapshotService(node.snapshots()).bind(service(SnapshotsGrpc.SERVICE_NAME)),
            new HealthService(streams).bind(service(HealthGrpc.SERVICE_NAME)));
  }

  private ServiceBuilder service(String name) {
    return new ServiceBuilder(name, leaderRule, standingRule, limits.receiveBytes());
  }

  public List<ServerServiceDefinition> definitions() {
    return definitions;
  }

  /// What answers calls that no service has.
  public HandlerRegistry fallback() {
    return new UnknownMethods(
        definitions.stream()
            .map(definition -> definition.getServiceDescriptor().getName())
            .collect(Collectors.toSet()));
  }

  /// A message above this is cut off before it is complete.
  public int hardLimitBytes() {
    return (int)
        Math.min(Integer.MAX_VALUE, (long) limits.receiveBytes() * Inbound.HARD_LIMIT_FACTOR);
  }

  /// Whether a leader is known: may be a moment old.
  public boolean hasLeader() {
    return leaderRule.hasLeader();
  }

  /// Once per election timeout, always by the same thread: ends streams that want a leader where
  /// there is none.
  public void tick() {
    streams.tick();
  }

  /// Ends all streams: they have no end of their own.
  public void stop() {
    streams.stop();
  }
}
