package io.concordkv.cli.dump;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.TableLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sst",
    mixinStandardHelpOptions = true,
    description = {
      "Tables of the engine: properties, value files, filter, index, and every pair as what it",
      "means. All checksums are verified."
    })
final class SstCommand extends DumpCommand.Part {
  @Parameters(
      paramLabel = "FILE|DIR",
      description = "a table, a directory of tables, or a data directory")
  private Path path = Path.of("");

  @Option(names = "--no-pairs", description = "properties, filter and index only")
  private boolean noPairs;

  SstCommand(Session session) {
    super(session);
  }

  @Override
  void run(Out out) {
    CorruptionError first = null;
    for (var file : files()) {
      try {
        table(out, file);
      } catch (CorruptionError damaged) {
        if (!Files.isRegularFile(path) && !belongs(file)) {
          note(file.getFileName() + " is no part of the state: it is being written, or was left");
          continue;
        }
        out.flush();
        if (first != null) {
          session().err().println("Error: " + damaged.getMessage());
        }
        first = first == null ? damaged : first;
      } catch (FileException gone) {
        if (gone.kind() != FileException.Kind.NOT_FOUND || Files.isRegularFile(path)) {
          throw gone;
        }
        note(file.getFileName() + " was deleted meanwhile: the node compacts");
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private List<Path> files() {
    if (!Files.exists(path)) {
      throw new CommandFailure(ExitCode.IO, "there is no " + path);
    }
    if (Files.isRegularFile(path)) {
      if (id(path) < 0) {
        throw notOne(path, "a table: tables are named <id in 16 hex digits>.sst");
      }
      return List.of(path);
    }
    var state = path.resolve("state");
    var directory = Files.isDirectory(state) ? state : path;
    try (Stream<Path> all = Files.list(directory)) {
      var tables = all.filter(file -> id(file) >= 0).sorted().toList();
      if (tables.isEmpty() && !Files.exists(directory.resolve("CURRENT"))) {
        throw notOne(
            directory, "a directory of tables: there is neither a table nor CURRENT in it");
      }
      return tables;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  /// Whether the manifest names it, as it is now; without a whole one, everything belongs.
  private static boolean belongs(Path file) {
    var state = file.toAbsolutePath().normalize().getParent();
    var data = state == null ? null : state.getParent();
    if (state == null || data == null || !Files.exists(state.resolve("CURRENT"))) {
      return true;
    }
    try (var env = OfflineEnv.over(data);
        var manifest = Manifest.open(env.files(), state.getFileName().toString())) {
      return manifest.state(ManifestCommand.TREE).tables().stream()
          .map(placed -> TableFormat.fileName(placed.table()))
          .anyMatch(file.getFileName().toString()::equals);
    } catch (CorruptionError | FileException _) {
      return true;
    }
  }

  private static long id(Path file) {
    return TableFormat.id(file.getFileName().toString());
  }

  private void table(Out out, Path file) {
    var absolute = file.toAbsolutePath().normalize();
    var directory = absolute.getParent();
    var above = directory == null ? null : directory.getParent();
    if (directory == null || above == null) {
      throw notOne(file, "below a directory");
    }
    var name = directory.getFileName().toString();
    var files = OfflineEnv.reading(above);
    var table = Table.openAlone(files, name, absolute.getFileName().toString());
    var info = table.info();
    try {
      out.line(
          rows()
              .get()
              .kind("table")
              .text("file", file.toString())
              .number("id", info.id())
              .number("bytes", info.bytes())
              .number("entries", info.entries())
              .number("deletions", info.tombstones())
              .number("mark", info.mark())
              .bytes("smallest", info.smallest())
              .bytes("largest", info.largest())
              .toString());
      info.values().forEach(use -> out.line(ValuesCommand.use(rows().get(), use).toString()));
      layout(out, table.layout());
      if (!noPairs) {
        pairs(out, table, info.entries());
      }
    } finally {
      table.close();
    }
  }

  private void layout(Out out, TableLayout layout) {
    filter(out, "filter", layout.filter());
    filter(out, "prefix-filter", layout.prefixes());
    for (var range : layout.ranges()) {
      var row = rows().get().kind("deleted-range").bytes("from", range.from());
      out.line((range.to() == null ? row : row.bytes("to", range.to())).toString());
    }
    if (layout.top() != null) {
      part(out, "top-index", layout.top());
    }
    layout.index().forEach(index -> part(out, "index", index));
    layout.blocks().forEach(block -> part(out, "block", block));
  }

  private void filter(Out out, String kind, TableLayout.@Nullable Filter filter) {
    if (filter != null) {
      out.line(
          rows()
              .get()
              .kind(kind)
              .number("probes", filter.probes())
              .number("lines", filter.lines())
              .number("bitsSet", filter.bitsSet())
              .number("falsePositivesPerThousand", Math.round(filter.passesOfThousand()))
              .toString());
    }
  }

  private void part(Out out, String kind, TableLayout.Part part) {
    out.line(
        rows()
            .get()
            .kind(kind)
            .number("offset", part.offset())
            .number("length", part.length())
            .number("rawLength", part.rawLength())
            .text("compression", part.compression().name().toLowerCase(Locale.ROOT))
            .toString());
  }

  private void pairs(Out out, Table table, long entries) {
    var printer = new PairRows(out, rows());
    var run = table.run(false);
    long count = 0;
    for (run.toCeiling(Bytes.EMPTY); run.valid(); run.next()) {
      var value = run.value();
      printer.print(run.key(), value);
      count++;
    }
    if (count != entries) {
      throw new CorruptionError(
          TableFormat.path("", table.info()),
          0,
          "the table has " + count + " pairs and says that it has " + entries);
    }
  }
}
