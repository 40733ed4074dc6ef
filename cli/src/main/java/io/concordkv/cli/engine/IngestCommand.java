package io.concordkv.cli.engine;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Brings prepared tables into a store that nobody has open.
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = "Take prepared tables into an embedded store, which nobody has open",
    footer = {
      "",
      "All of them come in as one commit, newer than what is there, or none does. The engine is lsm.",
      "A program writes such files with PreparedTable, and takes them into a store that it has open",
      "with ConcordDb.ingest."
    })
final class IngestCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "the directory of the store")
  private Path directory = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description = "prepared tables whose keys do not overlap, in any order")
  private List<Path> files = new ArrayList<>();

  private final Session session;

  IngestCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!Files.isRegularFile(directory.resolve("STORE"))) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT, directory + " is not the directory of an embedded store");
    }
    try (var db = ConcordDb.open(directory, Options.DEFAULT)) {
      db.ingest(files);
    } catch (FileException failed) {
      throw new CommandFailure(ExitCode.IO, String.valueOf(failed.getMessage()));
    } catch (CorruptionError damaged) {
      throw new CommandFailure(ExitCode.INVALID_INPUT, String.valueOf(damaged.getMessage()));
    }
    session.out().line("took in " + files.size() + (files.size() == 1 ? " table" : " tables"));
    return ExitCode.OK.number();
  }
}
