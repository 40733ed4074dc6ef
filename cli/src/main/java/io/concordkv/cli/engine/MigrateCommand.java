package io.concordkv.cli.engine;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
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
    long moved = move(options);
    session.out().line("moved " + moved + " pairs from " + from + " to " + to);
    return ExitCode.OK.number();
  }

  private long move(Options options) {
    var bar = new ProgressBar(session.err(), "pairs");
    var copied = new AtomicLong();
    return Told.of(() -> {
      try (var db = ConcordDb.open(directory, options)) {
        db.migrate(
            to,
            settings,
            progress -> {
              copied.set(progress.copied());
              bar.show(progress.copied(), progress.pairs());
            });
      } finally {
        bar.end();
      }
      return copied.get();
    });
  }
}
