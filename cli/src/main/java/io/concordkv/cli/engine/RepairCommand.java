package io.concordkv.cli.engine;

import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Format;
import io.concordkv.embedded.Salvage;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a new store of what can still be read of a damaged one.
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    description = "Make a new store of all that can still be read of one that nobody has open",
    footer = {
      "",
      "The damaged one stays as it is. Of the keys in a range that is said to be lost the new store",
      "may have older versions, or some that had been deleted. The exit code is 0 if nothing was",
      "damaged, so that the new store is an exact copy, and 3 if something was.",
      "A checkpoint or a backup is better than a repair; use this where there is none."
    })
final class RepairCommand implements Callable<Integer> {
  @Option(names = "--to", required = true, paramLabel = "NEWDIR", description = "the new store")
  private Path target = Path.of("");

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "what it is, where there is no file STORE that says it")
  private @Nullable String engine;

  @Option(
      names = "--setting",
      paramLabel = "NAME=VALUE",
      description = "a setting of the engine for the new store (see engine show)")
  private Map<String, String> settings = new TreeMap<>();

  @Option(
      names = "--past-damage",
      description = "take commits that the log has beyond others that are lost, too")
  private boolean pastDamage;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "simple (default) or json")
  private String format = "simple";

  @Parameters(paramLabel = "DIR", description = "the directory of the damaged store or engine")
  private Path directory = Path.of("");

  private final Session session;

  RepairCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean json = FindingsText.isJson(Format.parse(format));
    var progress = new ByteCount(session.err());
    Salvage result;
    try {
      var order = new Salvage.Order(engine, new TreeMap<>(settings), pastDamage);
      result = Salvage.run(directory, target, order, progress::show);
    } catch (FileException failed) {
      throw new CommandFailure(ExitCode.IO, String.valueOf(failed.getMessage()));
    } finally {
      progress.end();
    }
    var findings = result.findings();
    if (json) {
      var text = FindingsText.begin().name("engine").string(result.engine());
      text.name("mark").raw(result.mark()).name("pairs").raw(result.pairs());
      text.name("commitsOfLog").raw(result.commits()).name("skipped").raw(result.skipped());
      session.out().line(FindingsText.end(text, findings));
    } else {
      FindingsText.lines(findings, true).forEach(session.out()::line);
      session
          .out()
          .line(
              "%s: %d pairs and %d commits of the log, up to commit %d: %s"
                  .formatted(
                      result.engine(),
                      result.pairs(),
                      result.commits(),
                      result.mark(),
                      findings.damageCount() == 0
                          ? "nothing was damaged"
                          : findings.damageCount()
                              + " damaged, "
                              + findings.lossCount()
                              + " ranges of keys lost"));
    }
    return (findings.damageCount() == 0 ? ExitCode.OK : ExitCode.INVALID_INPUT).number();
  }
}
