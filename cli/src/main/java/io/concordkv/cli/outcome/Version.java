package io.concordkv.cli.outcome;

import picocli.CommandLine.IVersionProvider;

/// The versions: of the API that is spoken, and our own.
public final class Version implements IVersionProvider {
  /// The level of the etcd API that is served, as clients compare it.
  public static final String API = "3.7.1";

  /// Our own, as the build wrote it.
  public static String own() {
    var version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"concord " + own(), "API version: " + API};
  }
}
