package io.concordkv.server.wire;

/// Which etcd we claim to be: clients choose what they send by these.
public final class ApiLevel {
  /// What `Status` and `/version` call the server's version.
  public static final String SERVER = "3.7.1";

  /// The level that all members of the cluster have.
  public static final String CLUSTER = "3.7.0";

  /// The level of what is stored.
  public static final String STORAGE = "3.7.0";

  private ApiLevel() {}
}
