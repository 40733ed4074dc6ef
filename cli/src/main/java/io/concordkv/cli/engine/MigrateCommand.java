package io.concordkv.cli.engine;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.MigrationProgress;
import io.concordkv.embedded.Options;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Moves a store that nobody has open to another engine.
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Move an embedded store, which nobody has open, to another engine",
    footer = {
      "",
      "If it is interrupted the store has all that it had, in the engine that it had: start again.",
      "A program that has the store open moves it with ConcordDb.migrate."
    })
final class MigrateCommand implements Callable<Integer> {
  @Option(names = "--from", required = true, paramLabel = "ENGINE", description = "the one it has")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "ENGINE", description = "the one to have")
  private String to = "";

  @Option(
      names = "--from-setting",
      paramLabel = "NAME=VALUE",
      description = "a setting of the engine that it has")
  private Map<String, String> fromSettings = new TreeMap<>();

  @Option(
      names = "--setting",
      paramLabel = "NAME=VALUE",
      description = "a setting of the engine to have (see engine show)")
  private Map<String, String> settings = new TreeMap<>();

  @Parameters(paramLabel = "DIR", description = "the directory of the store")
  private Path directory = Path.of("");

  private final Session session;

  MigrateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!Files.isRegularFile(directory.resolve("STORE"))) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT, directory + " is not the directory of an embedded store");
    }
    var options = Options.DEFAULT.withEngine(from);
    for (var setting : fromSettings.entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    var bar = new Bar(session.err());
    try (var db = ConcordDb.open(directory, options)) {
      db.migrate(to, settings, bar::show);
    } catch (FileException failed) {
      throw new CommandFailure(ExitCode.IO, String.valueOf(failed.getMessage()));
    } catch (CorruptionError damaged) {
      throw new CommandFailure(ExitCode.INVALID_INPUT, String.valueOf(damaged.getMessage()));
    } finally {
      bar.end();
    }
    session.out().line("moved " + bar.copied + " pairs from " + from + " to " + to);
    return ExitCode.OK.number();
  }

  /// Drawn again in its line where there is a terminal; elsewhere nobody wants to see it.
  private static final class Bar {
    private static final int WIDTH = 40;

    private final PrintStream err;
    private final boolean terminal;
    private volatile long copied;
    private int drawn = -1;

    Bar(PrintStream err) {
      this.err = err;
      terminal = isTerminal();
    }

    @SuppressWarnings("SystemConsoleNull") // it is, unless the launcher asks for one
    private static boolean isTerminal() {
      var console = System.console();
      return console != null && console.isTerminal();
    }

    void show(MigrationProgress progress) {
      copied = progress.copied();
      long percent = progress.pairs() == 0 ? 100 : 100 * progress.copied() / progress.pairs();
      if (!terminal || percent == drawn) {
        return;
      }
      drawn = (int) percent;
      int full = drawn * WIDTH / 100;
      err.printf(
          Locale.ROOT,
          "\r[%s%s] %3d %% %,d pairs",
          "=".repeat(full),
          " ".repeat(WIDTH - full),
          percent,
          copied);
    }

    void end() {
      if (drawn >= 0) {
        err.println();
      }
    }
  }
}
