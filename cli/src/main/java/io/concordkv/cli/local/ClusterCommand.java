package io.concordkv.cli.local;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import java.nio.file.Path;
import java.util.List;

/// `concord cluster start` and `concord cluster stop`: three nodes on this machine, to try things.
public final class ClusterCommand {
  private static final String DIRECTORY = ".cluster";

  private ClusterCommand() {}

  public static int run(List<String> arguments) {
    try {
      var cluster = new LocalCluster(Path.of(directory(arguments)).toAbsolutePath());
      switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
        case "start" -> cluster.start();
        case "stop" -> cluster.stop();
        default ->
            throw new CommandFailure(
                ExitCode.BAD_ARGUMENTS,
                "say concord cluster start, or concord cluster stop (and --dir=" + DIRECTORY + ")");
      }
      return ExitCode.OK.number();
    } catch (CommandFailure e) {
      System.err.println("Error: " + e.getMessage());
      return e.exit().number();
    }
  }

  private static String directory(List<String> arguments) {
    return arguments.stream()
        .filter(argument -> argument.startsWith("--dir="))
        .map(argument -> argument.substring("--dir=".length()))
        .findFirst()
        .orElse(DIRECTORY);
  }
}
