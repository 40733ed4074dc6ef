package io.concordkv.cli;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.dump.DumpCommand;
import io.concordkv.cli.engine.EngineCommand;
import io.concordkv.cli.local.ClusterCommand;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.cli.process.RecoverCommand;
import io.concordkv.cli.process.ServerCommand;
import io.concordkv.cli.process.SnapshotFiles;
import io.concordkv.cli.process.Training;
import io.concordkv.cli.shell.ShellCommand;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The program. Servers are told apart before anything else, since they have other flags, read an
/// environment and a file, and stay.
public final class Concord {
  private Concord() {}

  public static void main(String[] arguments) {
    var words = List.of(arguments);
    var rest = words.stream().skip(1).toList();
    var exit =
        switch (words.isEmpty() ? "" : words.getFirst()) {
          case "server" -> ServerCommand.server().run(rest);
          case "etcd" -> ServerCommand.etcd().run(rest);
          case "cluster" -> quiet(() -> ClusterCommand.run(rest));
          case "recover" -> quiet(() -> RecoverCommand.run(rest));
          case "snapshot" ->
              SnapshotFiles.knows(rest)
                  ? quiet(() -> SnapshotFiles.run(rest))
                  : client(session -> execute(session, arguments));
          case "train" -> Training.run();
          default -> client(session -> execute(session, arguments));
        };
    System.exit(exit);
  }

  /// Runs a command that is none of a server's; returns the exit code.
  static int execute(Session session, String[] arguments) {
    var root = new Root(session);
    return Commands.line(root)
        .addSubcommand(DumpCommand.line(session))
        .addSubcommand(EngineCommand.line(session))
        .addSubcommand(new ShellCommand(root))
        .execute(arguments);
  }

  private interface Work {
    int run(Session session);
  }

  private static int client(Work work) {
    return quiet(() -> {
      var out = new Out(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
      var session = new Session(System.in, out, System.err, System.getenv());
      int exit;
      try {
        exit = work.run(session);
      } finally {
        session.close();
      }
      try {
        out.flush();
        return exit;
      } catch (UncheckedIOException nobodyReads) {
        return ExitCode.IO.number();
      }
    });
  }

  /// What a library has to say about a connection is told by the command itself.
  private static int quiet(IntSupplier work) {
    Logger.getLogger("").setLevel(Level.OFF);
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    return work.getAsInt();
  }
}
