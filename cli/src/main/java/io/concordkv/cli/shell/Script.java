package io.concordkv.cli.shell;

import io.concordkv.cli.command.GlobalOptions;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Commands from a pipe or a file: all are run, and the code is that of the last one that failed.
final class Script {
  private final BufferedReader lines;
  private final Interpreter interpreter;

  Script(Session session, GlobalOptions options) {
    this.lines = new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8));
    this.interpreter = new Interpreter(session.inShell(new LineInput(this::next)), options);
  }

  int run() {
    var exit = ExitCode.OK.number();
    for (var line = next(); line != null && !interpreter.over(); line = next()) {
      var code = interpreter.run(line);
      exit = code == 0 ? exit : code;
    }
    return exit;
  }

  private @Nullable String next() {
    try {
      return lines.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the commands", e);
    }
  }
}
