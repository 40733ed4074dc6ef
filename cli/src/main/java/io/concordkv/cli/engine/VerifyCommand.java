package io.concordkv.cli.engine;

import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Format;
import io.concordkv.embedded.Verification;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Reads every byte of a store that nobody has open.
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Check every byte of an embedded store, or of an engine alone, that nobody has open",
    footer = {
      "",
      "Nothing is changed. The exit code is 0 if all is well and 3 if something is damaged, each of",
      "which is named with its file and place; engine repair makes a new store of what is whole."
    })
final class VerifyCommand implements Callable<Integer> {
  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "what it is, where there is no file STORE that says it")
  private @Nullable String engine;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "simple (default) or json")
  private String format = "simple";

  @Parameters(paramLabel = "DIR", description = "the directory of the store or the engine")
  private Path directory = Path.of("");

  private final Session session;

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean json = FindingsText.isJson(Format.parse(format));
    var progress = new ByteCount(session.err());
    Verification result;
    try {
      result = Verification.of(directory, engine, progress::show);
    } catch (FileException failed) {
      throw new CommandFailure(ExitCode.IO, String.valueOf(failed.getMessage()));
    } finally {
      progress.end();
    }
    var findings = result.findings();
    if (json) {
      var text = FindingsText.begin().name("engine").string(result.engine());
      text.name("mark").raw(result.mark()).name("commitsOfLog").raw(result.commits());
      session.out().line(FindingsText.end(text, findings));
    } else {
      FindingsText.lines(findings, false).forEach(session.out()::line);
      session
          .out()
          .line(
              "%s: %d files, %d bytes read, %s, %d more commits in the log: %s"
                  .formatted(
                      result.engine(),
                      findings.files(),
                      findings.bytes(),
                      result.mark() < 0 ? "mark unknown" : "mark " + result.mark(),
                      result.commits(),
                      result.isWhole()
                          ? "nothing is damaged"
                          : findings.damageCount() + " damaged"));
    }
    return (result.isWhole() ? ExitCode.OK : ExitCode.INVALID_INPUT).number();
  }
}
