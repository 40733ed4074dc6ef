package io.concordkv.cli.engine;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.Backups;
import io.concordkv.embedded.Restored;
import io.concordkv.embedded.Until;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a store of a backup.
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = "Make an embedded store of a backup and of the archive of its log",
    footer = {
      "",
      "The store appears when it is whole. What a restore that was cut off has left, STORE.new, is",
      "removed by the next one. The result is another store: it archives to another directory."
    })
final class RestoreCommand implements Callable<Integer> {
  @Option(
      names = "--archive",
      paramLabel = "DIR",
      description = "where the log of the store was archived: go on behind the backup")
  private @Nullable Path archive;

  @Option(names = "--until-commit", paramLabel = "N", description = "up to this commit")
  private @Nullable Long commit;

  @Option(
      names = "--until-time",
      paramLabel = "TIME",
      description = "up to this time, as 2026-05-04T12:00:00Z or with an offset like +02:00")
  private @Nullable String time;

  @Parameters(index = "0", paramLabel = "BACKUP", description = "the directory of the backup")
  private Path backup = Path.of("");

  @Parameters(index = "1", paramLabel = "STORE", description = "the directory to make")
  private Path target = Path.of("");

  private final Session session;

  RestoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var until = until();
    var restored = Told.of(() -> restore(until));
    session
        .out()
        .line(
            "restored %s up to commit %d, kept by the engine %s"
                .formatted(target, restored.commit(), restored.engine()));
    return ExitCode.OK.number();
  }

  private Restored restore(Until until) {
    var bar = new ProgressBar(session.err(), "bytes");
    try {
      return Backups.restore(
          backup, target, archive, until, progress -> bar.show(progress.done(), progress.bytes()));
    } finally {
      bar.end();
    }
  }

  private Until until() {
    if (commit != null && time != null) {
      throw new CommandFailure(
          ExitCode.BAD_ARGUMENTS, "say --until-commit or --until-time, not both");
    }
    if (commit != null) {
      return Until.commit(commit);
    }
    if (time == null) {
      return Until.NEWEST;
    }
    try {
      return Until.time(OffsetDateTime.parse(time).toInstant());
    } catch (DateTimeParseException wrong) {
      throw new CommandFailure(
          ExitCode.BAD_ARGUMENTS,
          "'" + time + "' is no time: write it as 2026-05-04T12:00:00Z or with an offset");
    }
  }
}
