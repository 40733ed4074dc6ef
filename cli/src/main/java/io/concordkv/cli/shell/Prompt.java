package io.concordkv.cli.shell;

import io.concordkv.cli.command.GlobalOptions;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/// The conversation with a person. Ctrl-C ends the command that runs, not the shell; at the prompt
/// it empties the line. Ctrl-D leaves.
final class Prompt {
  private static final String TEXT = "concord> ";

  private final Session session;
  private final GlobalOptions options;

  Prompt(Session session, GlobalOptions options) {
    this.session = session;
    this.options = options;
  }

  int run() throws IOException {
    try (var terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        session
            .err()
            .println("note: this terminal cannot move the cursor: no completion, no editing");
      }
      talk(terminal);
    }
    return ExitCode.OK.number();
  }

  private void talk(Terminal terminal) {
    var endpoints = options.client(session.environment()).endpoints();
    var keys = new KeySource(session, options);
    var reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("concord")
            .completer(new Completion(keys))
            .variable(LineReader.HISTORY_FILE, HistoryFile.path(session.environment()))
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    var out = new Out(terminal.output());
    var err = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
    var lines = new LineInput(() -> read(reader, "... "));
    var interpreter = new Interpreter(session.inShell(lines, out, err), options);
    out.line("Talking to " + endpoints + ". help lists the commands, exit leaves.").flush();
    while (!interpreter.over()) {
      String line;
      try {
        line = reader.readLine(TEXT);
      } catch (UserInterruptException e) {
        continue;
      } catch (EndOfFileException e) {
        return;
      }
      runInterruptibly(terminal, interpreter, line);
    }
  }

  /// Ctrl-C interrupts this thread while a command runs.
  private static void runInterruptibly(Terminal terminal, Interpreter interpreter, String line) {
    var thread = Thread.currentThread();
    var before = terminal.handle(Terminal.Signal.INT, _ -> thread.interrupt());
    try {
      interpreter.run(line);
    } finally {
      terminal.handle(Terminal.Signal.INT, before);
      var _ = Thread.interrupted();
    }
  }

  private static @Nullable String read(LineReader reader, String prompt) {
    try {
      return reader.readLine(prompt);
    } catch (UserInterruptException | EndOfFileException e) {
      return null;
    }
  }
}
