package io.concordkv.cli.engine;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Table;
import io.concordkv.embedded.Backups;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists backups.
@Command(
    name = "backups",
    mixinStandardHelpOptions = true,
    description = "List the backups in a directory, oldest first",
    footer = {
      "",
      "A backup that cannot be used makes the exit code 3. Without --verify only the seals are read."
    })
final class BackupsCommand implements Callable<Integer> {
  @Option(names = "--verify", description = "compare every byte with the digests that were sealed")
  private boolean verify;

  @Parameters(paramLabel = "DIR", description = "the directory that they lie in")
  private Path directory = Path.of("");

  private final Session session;

  BackupsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var table =
        new Table("#", "name", "kind", "engine", "time", "commits", "bytes", "base", "state");
    boolean usable = true;
    int number = 0;
    for (var entry : Told.of(() -> Backups.list(directory))) {
      number++;
      var problem = entry.problem().isEmpty() && verify ? verify(entry) : entry.problem();
      usable &= problem.isEmpty();
      var state = problem.isEmpty() ? (verify ? "verified" : "complete") : problem;
      if (entry.info().isEmpty()) {
        table.row(number, entry.name(), "", "", "", "", "", "", state);
        continue;
      }
      var info = entry.info().get();
      table.row(
          number,
          info.name(),
          info.kind().name().toLowerCase(Locale.ROOT),
          info.engine(),
          info.time(),
          (info.from() + 1) + "-" + info.to(),
          info.bytes(),
          info.base().orElse(""),
          state);
    }
    table.print(session.out());
    return (usable ? ExitCode.OK : ExitCode.INVALID_INPUT).number();
  }

  private String verify(Backups.Entry entry) {
    try {
      var _ = Backups.verify(directory.resolve(entry.name()));
      return "";
    } catch (ConcordException | FileException | CorruptionError damaged) {
      return String.valueOf(damaged.getMessage());
    }
  }
}
