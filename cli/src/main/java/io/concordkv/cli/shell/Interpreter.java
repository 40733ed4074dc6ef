package io.concordkv.cli.shell;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.GlobalOptions;
import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.command.Words;
import io.concordkv.cli.dump.DumpCommand;
import io.concordkv.cli.outcome.ExitCode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Runs one line. The options that the shell was started with hold for every line; the line may say
/// otherwise for itself.
final class Interpreter {
  private final Session session;
  private final List<String> inherited;
  private boolean over;

  Interpreter(Session session, GlobalOptions options) {
    this.session = session;
    this.inherited = options.asArguments();
  }

  /// Whether the user wants to leave.
  boolean over() {
    return over;
  }

  int run(String line) {
    List<String> words;
    try {
      words = Words.of(line);
    } catch (IllegalArgumentException e) {
      session.err().println("Error: " + e.getMessage());
      return ExitCode.BAD_ARGUMENTS.number();
    }
    if (words.isEmpty() || words.getFirst().startsWith("#")) {
      return ExitCode.OK.number();
    }
    switch (words.getFirst().toLowerCase(Locale.ROOT)) {
      case "exit", "quit" -> {
        over = true;
        return ExitCode.OK.number();
      }
      default -> {}
    }
    var arguments = Stream.concat(inherited.stream(), words.stream()).toArray(String[]::new);
    var exit =
        Commands.line(new Root(session))
            .addSubcommand(DumpCommand.line(session))
            .execute(arguments);
    session.out().flush();
    return exit;
  }
}
