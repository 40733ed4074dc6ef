package io.concordkv.cli.dump;

import io.concordkv.base.Bytes;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.node.shard.StoredPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = {
      "A shard's state: keys at all revisions, history, leases, members, and the entry up to",
      "which the log is applied in it. What came later is in the log."
    })
final class SnapshotCommand extends DumpCommand.Part {
  @Parameters(paramLabel = "DIR|FILE", description = "a data directory, or a chunk of a snapshot")
  private Path path = Path.of("");

  SnapshotCommand(Session session) {
    super(session);
  }

  @Override
  void run(Out out) {
    var printer = new PairRows(out, rows());
    if (Files.isRegularFile(path)) {
      StoredPair.readChunk(content(path), printer::print);
      return;
    }
    if (!Files.exists(path)) {
      throw new CommandFailure(ExitCode.IO, "there is no " + path);
    }
    if (!Files.exists(path.resolve("state").resolve("CURRENT"))) {
      throw notOne(path, "a data directory: it has no state/CURRENT");
    }
    try (var state = StoredState.open(path)) {
      state.pairs(printer::print);
      if (state.applied() == 0) {
        note("nothing was written to the state yet; all there is is in the log: dump wal");
      }
    }
  }

  private static Bytes content(Path file) {
    try {
      return Bytes.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
