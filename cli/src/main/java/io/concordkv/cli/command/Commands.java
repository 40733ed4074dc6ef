package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.outcome.Version;
import io.concordkv.client.ClientException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs a command line of a client command: finds the command, runs it, and turns what goes wrong
/// into one message and one exit code.
public final class Commands {
  private Commands() {}

  public static CommandLine line(Root root) {
    var line = new CommandLine(root);
    List.of(
            new PutCommand(),
            new GetCommand(),
            new DelCommand(),
            new TxnCommand(),
            new WatchCommand(),
            new LeaseCommand(),
            new CompactCommand(),
            new StatusCommand(),
            new MemberCommand(),
            new MoveLeaderCommand(),
            new SnapshotCommand(),
            new HelpTopics())
        .forEach(line::addSubcommand);
    line.getSubcommands().values().forEach(Commands::withHelp);
    var err = root.session().err();
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setParameterExceptionHandler((e, _) -> misunderstood(e, err));
    line.setExecutionExceptionHandler((e, _, _) -> failed(e, err));
    line.setUsageHelpAutoWidth(true);
    line.setSubcommandsCaseInsensitive(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /// Every command, however deep, explains itself.
  private static void withHelp(CommandLine line) {
    line.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(new Version());
    line.getSubcommands().values().forEach(Commands::withHelp);
  }

  private static int misunderstood(ParameterException e, PrintStream err) {
    var command = e.getCommandLine();
    var message =
        switch (e) {
          case UnmatchedArgumentException unmatched when unmatched.isUnknownOption() ->
              "unknown flag: " + unmatched.getUnmatched().getFirst();
          case UnmatchedArgumentException unmatched ->
              "unknown command \""
                  + unmatched.getUnmatched().getFirst()
                  + "\" for \""
                  + command.getCommandSpec().qualifiedName()
                  + "\"";
          case MissingParameterException missing when missing.getMissing().isEmpty() ->
              String.valueOf(e.getMessage());
          default -> String.valueOf(e.getMessage());
        };
    err.println("Error: " + message);
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      err.println("Did you mean: " + String.join(", ", unmatched.getSuggestions()) + "?");
    }
    err.println("Run '" + command.getCommandSpec().qualifiedName() + " --help' for usage.");
    return ExitCode.ERROR.number();
  }

  private static int failed(Exception failure, PrintStream err) {
    var exit =
        switch (failure) {
          case CommandFailure known -> known.exit();
          case ClientException.Unreachable _ -> ExitCode.BAD_CONNECTION;
          case UncheckedIOException _ -> ExitCode.IO;
          case InterruptedException _ -> ExitCode.INTERRUPTED;
          case CancellationException _ -> ExitCode.INTERRUPTED;
          default -> ExitCode.ERROR;
        };
    if (exit == ExitCode.INTERRUPTED && !(failure instanceof CommandFailure)) {
      err.println("interrupted");
    } else {
      err.println("Error: " + text(failure));
    }
    return exit.number();
  }

  private static String text(Exception failure) {
    var message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return switch (failure) {
      case ClientException.Unreachable _ ->
          message + ". Is the server running? try: concord status --endpoints=...";
      case ClientException.OutcomeUnknown _ ->
          message + "; look before you do it again: concord get";
      case ClientException.Overdue _ ->
          message + ". Is there a leader? try: concord status --cluster";
      case ClientException.Rejected rejected when looksLikeTls(message) ->
          rejected.endpoint() + " speaks TLS, which is not supported yet (" + message + ")";
      case ClientException.Rejected rejected when !message.startsWith("etcdserver:") ->
          rejected.endpoint() + " answered: " + message;
      default -> message;
    };
  }

  private static boolean looksLikeTls(String message) {
    var text = message.toLowerCase(Locale.ROOT);
    return text.contains("first received frame was not settings") && text.contains("1503");
  }
}
