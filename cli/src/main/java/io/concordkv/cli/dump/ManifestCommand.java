package io.concordkv.cli.dump;

import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "manifest",
    mixinStandardHelpOptions = true,
    description = "Which tables make up the state, level by level")
final class ManifestCommand extends DumpCommand.Part {
  /// The one tree there is.
  static final long TREE = 0;

  @Parameters(paramLabel = "DIR", description = "a data directory, or its state directory")
  private Path path = Path.of("");

  ManifestCommand(Session session) {
    super(session);
  }

  @Override
  void run(Out out) {
    if (!Files.exists(path)) {
      throw new CommandFailure(ExitCode.IO, "there is no " + path);
    }
    var absolute = path.toAbsolutePath().normalize();
    var state = Files.exists(absolute.resolve("CURRENT")) ? absolute : absolute.resolve("state");
    var data = state.getParent();
    if (data == null || !Files.exists(state.resolve("CURRENT"))) {
      throw notOne(path, "a data or state directory: there is no CURRENT in it");
    }
    try (var env = OfflineEnv.over(data);
        var manifest = Manifest.open(env.files(), state.getFileName().toString())) {
      var tree = manifest.state(TREE);
      out.line(
          rows()
              .get()
              .kind("tree")
              .number("tree", TREE)
              .number("mark", tree.mark())
              .number("nextFile", manifest.nextFile())
              .number("tables", tree.tables().size())
              .toString());
      for (var placed : tree.tables()) {
        var table = placed.table();
        out.line(
            rows()
                .get()
                .kind("table")
                .number("level", placed.level())
                .number("id", table.id())
                .text("file", TableFormat.fileName(table))
                .number("bytes", table.bytes())
                .number("entries", table.entries())
                .number("deletions", table.tombstones())
                .number("mark", table.mark())
                .bytes("smallest", table.smallest())
                .bytes("largest", table.largest())
                .toString());
        for (var use : table.values()) {
          out.line(ValuesCommand.use(rows().get(), use).number("table", table.id()).toString());
        }
      }
    }
  }
}
