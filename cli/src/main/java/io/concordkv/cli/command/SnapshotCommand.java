package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.JsonText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "snapshot",
    description =
        "Save what a member has; verify and restore work on the directory that this makes",
    subcommands = SnapshotCommand.Save.class)
final class SnapshotCommand implements Runnable {
  @Override
  public void run() {
    throw new CommandFailure(
        ExitCode.BAD_ARGUMENTS,
        "say what to do: snapshot save NAME, snapshot verify DIR or snapshot restore DIR");
  }

  @Command(
      name = "save",
      description =
          "Has the member at the one endpoint save its state below its data directory: NAME")
  static final class Save extends ClientCommand {
    @Parameters(arity = "0..*", paramLabel = "NAME")
    private List<String> arguments = List.of();

    @Option(
        names = "--base",
        paramLabel = "NAME",
        description = "an earlier snapshot there: only files that it lacks are kept")
    private String base = "";

    @Override
    void run() {
      refuseTable();
      if (arguments.size() != 1) {
        throw badArguments("snapshot save needs a name, which becomes that of a directory");
      }
      var maintenance = client().maintenance();
      if (maintenance.endpoints().size() != 1) {
        throw badArguments(
            "snapshot save needs one endpoint, that of the member on whose disk it is made, not "
                + maintenance.endpoints().size());
      }
      var saved =
          maintenance.saveSnapshot(maintenance.endpoints().getFirst(), arguments.getFirst(), base);
      switch (format()) {
        case JSON -> out().line(JsonText.of(saved));
        default ->
            out()
                .line(
                    "Snapshot saved at %s, up to log entry %d: %d files, %d of them new"
                        .formatted(
                            saved.getDirectory(),
                            saved.getAppliedIndex(),
                            saved.getTables(),
                            saved.getNewTables()));
      }
    }
  }
}
