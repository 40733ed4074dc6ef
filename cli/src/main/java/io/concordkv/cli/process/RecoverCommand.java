package io.concordkv.cli.process;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.UnsafeRecovery;
import io.concordkv.node.UnsafeRecovery.Done;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `concord recover --unsafe`: lets the one member go on whose data directory is given, when the
/// quorum is lost for good.
public final class RecoverCommand {
  private static final String USAGE =
      """
      Usage: concord recover --unsafe --data-dir=DIR --cluster-id=HEX

      For a cluster that has lost its quorum for good. The member whose data lies in DIR, which must
      not run, becomes the only member; all others count as removed, for ever.

      THIS CAN LOSE ACKNOWLEDGED WRITES: those that only the lost members had. Choose the member with
      the highest raft index that is left. Make sure that no other member runs or will run again, and
      make a copy of DIR first. Start it afterwards as before, and add new members.

      The cluster's id is in the output of concord member list -w fields, and in the log of every
      start. Who did this and when is written into the log.
      """;

  private RecoverCommand() {}

  public static int run(List<String> arguments) {
    if (arguments.contains("--help") || arguments.isEmpty()) {
      System.out.print(USAGE);
      return arguments.isEmpty() ? ExitCode.BAD_ARGUMENTS.number() : ExitCode.OK.number();
    }
    try {
      var directory = Path.of(value(arguments, "data-dir"));
      long cluster = cluster(value(arguments, "cluster-id"));
      if (!arguments.contains("--unsafe")) {
        throw bad("this can lose acknowledged writes; say --unsafe if that is meant");
      }
      if (!Files.isDirectory(directory)) {
        throw bad("there is no directory " + directory);
      }
      System.err.println(
          "WARNING: unsafe recovery of "
              + directory
              + ". Writes that only the lost members had are lost.");
      var done = recover(directory, cluster);
      System.out.println(
          "Member %x is now the only member of cluster %x (log entry %d)."
              .formatted(done.member(), done.cluster(), done.index()));
      System.err.println(
          "WARNING: no other member of this cluster may ever run again. Start this one, check its"
              + " data, and add new members.");
      return ExitCode.OK.number();
    } catch (CommandFailure e) {
      System.err.println("Error: " + e.getMessage());
      System.err.println("Run 'concord recover --help' for what this does.");
      return e.exit().number();
    } catch (ConcordException | CorruptionError | FileException e) {
      System.err.println("Error: " + e.getMessage());
      return ExitCode.ERROR.number();
    }
  }

  private static Done recover(Path directory, long cluster) {
    return OnLoop.await(
        directory,
        "recover",
        (env, then) ->
            UnsafeRecovery.run(
                env, NodeConfig.DEFAULT, cluster, System.getProperty("user.name"), then));
  }

  private static String value(List<String> arguments, String flag) {
    var prefix = "--" + flag + "=";
    return arguments.stream()
        .filter(argument -> argument.startsWith(prefix))
        .map(argument -> argument.substring(prefix.length()))
        .findFirst()
        .orElseThrow(() -> bad("--" + flag + " is missing"));
  }

  private static long cluster(String text) {
    try {
      return Long.parseUnsignedLong(text, 16);
    } catch (NumberFormatException e) {
      throw bad("--cluster-id=" + text + " is not a number in hex");
    }
  }

  private static CommandFailure bad(String why) {
    return new CommandFailure(ExitCode.BAD_ARGUMENTS, why);
  }
}
