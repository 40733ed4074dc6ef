package io.concordkv.cli.engine;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.BackupInfo;
import io.concordkv.embedded.BackupOptions;
import io.concordkv.embedded.Backups;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a backup of a store that nobody has open.
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = "Make a backup of an embedded store that nobody has open",
    footer = {
      "",
      "A backup is a copy, in a directory of its own, and counts once it is complete; one that was",
      "cut off is begun again by the same command. One with a base needs that beside it.",
      "A program that has the store open makes it with ConcordDb.backup."
    })
final class BackupCommand implements Callable<Integer> {
  @Option(
      names = "--base",
      paramLabel = "BACKUP",
      description = "an earlier one beside it: only what that lacks is copied")
  private @Nullable Path base;

  @Option(
      names = "--archive",
      paramLabel = "DIR",
      description = "where the store archives its log; to be given if it does")
  private @Nullable Path archive;

  @Option(
      names = "--rate",
      paramLabel = "BYTES",
      description = "read no more per second (default: ${DEFAULT-VALUE})",
      defaultValue = "67108864")
  private long rate;

  @Option(
      names = "--setting",
      paramLabel = "NAME=VALUE",
      description = "a setting of the engine (see engine show)")
  private Map<String, String> settings = new TreeMap<>();

  @Parameters(index = "0", paramLabel = "STORE", description = "the directory of the store")
  private Path store = Path.of("");

  @Parameters(index = "1", paramLabel = "BACKUP", description = "the directory to make")
  private Path target = Path.of("");

  private final Session session;

  BackupCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!Files.isRegularFile(store.resolve("STORE"))) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT, store + " is not the directory of an embedded store");
    }
    var how = BackupOptions.DEFAULT.withRate(rate);
    var made = Told.of(() -> make(archive == null ? how : how.withArchive(archive)));
    session
        .out()
        .line(
            "made %s of %,d bytes with the commits %d to %d%s"
                .formatted(
                    made.name(),
                    made.bytes(),
                    made.from() + 1,
                    made.to(),
                    made.base().map(name -> ", based on " + name).orElse("")));
    return ExitCode.OK.number();
  }

  private BackupInfo make(BackupOptions how) {
    var options = Options.DEFAULT.withEngine(Backups.engineOf(store)).withBackup(how);
    for (var setting : settings.entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    var bar = new ProgressBar(session.err(), "bytes");
    try (var db = ConcordDb.open(store, options)) {
      return base == null
          ? db.backup(target, progress -> bar.show(progress.done(), progress.bytes()))
          : db.backup(target, base, progress -> bar.show(progress.done(), progress.bytes()));
    } finally {
      bar.end();
    }
  }
}
