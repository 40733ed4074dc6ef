package io.concordkv.cli;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.GlobalOptions;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.print.Out;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// The program. Servers are told apart before anything else, since they have other flags, read an
/// environment and a file, and stay.
@Command(
    name = "concord",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "A distributed, strongly consistent key-value store that speaks the etcd v3 API",
    footer = {
      "",
      "concord server runs a node, concord shell is a prompt, concord help exit-codes explains them."
    })
public final class Concord {
  @Mixin private final GlobalOptions options = new GlobalOptions();
  private final Session session;

  public Concord(Session session) {
    this.session = session;
  }

  public Session session() {
    return session;
  }

  public GlobalOptions options() {
    return options;
  }

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    var first = arguments.length == 0 ? "" : arguments[0];
    var rest = java.util.Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    return 0;
  }

  /// One command that talks to a cluster.
  static int client(String... arguments) {
    // What a library has to say about a connection is told by the command itself.
    Logger.getLogger("").setLevel(Level.OFF);
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    var out = new Out(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    try (var session = new Session(System.in, out, System.err, System.getenv())) {
      var exit = Commands.line(new Concord(session)).execute(arguments);
      out.flush();
      return exit;
    }
  }
}
