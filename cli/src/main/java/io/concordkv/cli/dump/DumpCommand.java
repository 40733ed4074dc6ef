package io.concordkv.cli.dump;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command above all that show what lies in files.
@Command(
    name = "dump",
    mixinStandardHelpOptions = true,
    description = "Show what is in the files of a node; it may be running",
    footer = {
      "",
      "Nothing is locked and nothing is written into the node's directory. What is damaged is",
      "named with file and offset, after all that stands before it; the exit code is 3 then.",
      "In JSON every line is an object, and ids are strings of digits; see docs/operating.md."
    })
public final class DumpCommand implements Runnable {
  @Override
  public void run() {
    throw new CommandFailure(
        ExitCode.BAD_ARGUMENTS,
        "say what to show: dump wal, snapshot, sst, values, manifest or pb (see concord dump --help)");
  }

  /// The command with those below it.
  public static CommandLine line(Session session) {
    var line = new CommandLine(new DumpCommand());
    line.addSubcommand(new WalCommand(session));
    line.addSubcommand(new SnapshotCommand(session));
    line.addSubcommand(new SstCommand(session));
    line.addSubcommand(new ValuesCommand(session));
    line.addSubcommand(new ManifestCommand(session));
    line.addSubcommand(new PbCommand(session));
    return line;
  }

  /// What they have in common.
  abstract static class Part implements Callable<Integer> {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "text|json",
        description = "lines for people, or a JSON object for each (default: text)")
    private String output = "text";

    private final Session session;

    Part(Session session) {
      this.session = session;
    }

    abstract void run(Out out);

    @Override
    public final Integer call() {
      var out = session.out();
      var _ = json();
      try {
        run(out);
      } catch (CorruptionError | ConcordException damaged) {
        throw new CommandFailure(ExitCode.INVALID_INPUT, String.valueOf(damaged.getMessage()));
      } catch (FileException unreadable) {
        throw new CommandFailure(ExitCode.IO, String.valueOf(unreadable.getMessage()));
      } finally {
        out.flush();
      }
      return ExitCode.OK.number();
    }

    final Session session() {
      return session;
    }

    /// Something that the reader should know and that is no part of the result.
    final void note(String text) {
      session.err().println("Note: " + text);
    }

    final boolean json() {
      return switch (output) {
        case "json" -> true;
        case "text" -> false;
        default ->
            throw new CommandFailure(
                ExitCode.BAD_FEATURE,
                "unsupported output format \"" + output + "\" (there are text and json)");
      };
    }

    final Supplier<Row> rows() {
      return json() ? Row::json : Row::text;
    }

    static CommandFailure notOne(Object path, String what) {
      return new CommandFailure(ExitCode.INVALID_INPUT, path + " is not " + what);
    }
  }
}
