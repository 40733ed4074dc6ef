package io.concordkv.client;

/// A client of one cluster. Thread safe; it keeps one connection to each endpoint that was needed.
public final class ConcordClient implements AutoCloseable {
  private final Calls calls;
  private final KvClient kv;
  private final LeaseClient lease;
  private final WatchClient watch;
  private final ClusterClient cluster;
  private final MaintenanceClient maintenance;

  private ConcordClient(ClientOptions options) {
    this.calls = new Calls(options);
    this.kv = new KvClient(calls);
    this.lease = new LeaseClient(calls);
    this.watch = new WatchClient(calls);
    this.cluster = new ClusterClient(calls);
    this.maintenance = new MaintenanceClient(calls);
  }

  /// Connects when the first call is made.
  public static ConcordClient open(ClientOptions options) {
    return new ConcordClient(options);
  }

  public static ConcordClient open(String... endpoints) {
    return open(ClientOptions.of(endpoints));
  }

  public KvClient kv() {
    return kv;
  }

  public LeaseClient lease() {
    return lease;
  }

  public WatchClient watch() {
    return watch;
  }

  public ClusterClient cluster() {
    return cluster;
  }

  public MaintenanceClient maintenance() {
    return maintenance;
  }

  /// Ends all calls and connections.
  @Override
  public void close() {
    calls.close();
  }
}
