package io.concordkv.cli.engine;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.storage.engine.Engines;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// The command above all that are about engines.
@Command(
    name = "engine",
    mixinStandardHelpOptions = true,
    description = "Storage engines, and the embedded stores that are kept by them")
public final class EngineCommand implements Runnable {
  @Override
  public void run() {
    throw new CommandFailure(
        ExitCode.BAD_ARGUMENTS,
        "say what to do, as engine verify: concord engine --help lists what there is");
  }

  /// The command with those below it.
  public static CommandLine line(Session session) {
    var line = new CommandLine(new EngineCommand());
    line.addSubcommand(new ListAll(session));
    line.addSubcommand(new Show(session));
    line.addSubcommand(new MigrateCommand(session));
    line.addSubcommand(new IngestCommand(session));
    line.addSubcommand(new BackupCommand(session));
    line.addSubcommand(new RestoreCommand(session));
    line.addSubcommand(new BackupsCommand(session));
    line.addSubcommand(new PruneCommand(session));
    line.addSubcommand(new VerifyCommand(session));
    line.addSubcommand(new RepairCommand(session));
    return line;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "The engines there are")
  static final class ListAll implements Callable<Integer> {
    private final Session session;

    ListAll(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      var engines = Engines.installed();
      for (var name : engines.names()) {
        boolean durable = engines.provider(name).durable();
        session.out().line("%-18s %s".formatted(name, durable ? "on disk" : "in memory"));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "What can be set of one")
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "ENGINE", description = "its name, as in engine list")
    private String engine = "";

    private final Session session;

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      for (var setting : Engines.installed().provider(engine).settings()) {
        session.out().line("%-24s %s".formatted(setting.name(), setting.about()));
      }
      return ExitCode.OK.number();
    }
  }
}
