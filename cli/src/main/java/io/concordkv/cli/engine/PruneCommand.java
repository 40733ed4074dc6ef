package io.concordkv.cli.engine;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.Backups;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Removes what is not needed any more from an archive.
@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    description = "Remove from an archive what a backup has made needless",
    footer = {"", "Older backups can then be restored only as they are."})
final class PruneCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ARCHIVE", description = "the directory of the archive")
  private Path archive = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "BACKUP",
      description = "the oldest backup from which one wants to go on")
  private Path backup = Path.of("");

  private final Session session;

  PruneCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int removed = Told.of(() -> Backups.prune(archive, backup));
    session.out().line("removed " + removed + " pieces of the log");
    return ExitCode.OK.number();
  }
}
