package io.concordkv.cli.command;

import io.concordkv.cli.outcome.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// The command above all that talk to a cluster.
@Command(
    name = "concord",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "A distributed, strongly consistent key-value store that speaks the etcd v3 API",
    footer = {
      "",
      "concord server   run a node (concord server --help lists its settings)",
      "concord etcd     run a node with the flags and the environment of etcd",
      "concord cluster  start | stop: three nodes on this machine",
      "concord recover  --unsafe: go on with one member when the quorum is lost for good",
      "concord shell    an interactive prompt",
      "concord dump     what is in the files of a node: log, state, tables",
      "concord engine   storage engines; moves an embedded store to another one",
      "concord help exit-codes   what the exit codes mean"
    })
public final class Root {
  @Mixin private final GlobalOptions options = new GlobalOptions();
  private final Session session;

  public Root(Session session) {
    this.session = session;
  }

  public Session session() {
    return session;
  }

  public GlobalOptions options() {
    return options;
  }
}
