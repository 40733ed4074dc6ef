package io.concordkv.cli.dump;

import io.concordkv.base.CorruptionError;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Out;
import io.concordkv.storage.engine.lsm.table.ValueFile;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "values",
    mixinStandardHelpOptions = true,
    description = {
      "A value file of the engine: where each value lies, and how it is packed. All checksums are",
      "verified. Which keys they belong to is said by the tables: dump sst."
    })
final class ValuesCommand extends DumpCommand.Part {
  @Parameters(paramLabel = "FILE", description = "a value file")
  private Path path = Path.of("");

  ValuesCommand(Session session) {
    super(session);
  }

  /// What a table says of a value file.
  static Row use(Row row, ValueUse use) {
    return row.kind("values")
        .number("file", use.file())
        .number("fileBytes", use.fileBytes())
        .number("usedBytes", use.bytes());
  }

  @Override
  void run(Out out) {
    if (!Files.isRegularFile(path)) {
      throw new CommandFailure(ExitCode.IO, "there is no file " + path);
    }
    var absolute = path.toAbsolutePath().normalize();
    var directory = absolute.getParent();
    var above = directory == null ? null : directory.getParent();
    var name = absolute.getFileName().toString();
    long id = ValueFormat.id(name);
    if (id < 0 || directory == null || above == null) {
      throw notOne(path, "a value file: these are named <id in 16 hex digits>.values");
    }
    var files = OfflineEnv.reading(above);
    var file = ValueFile.alone(files, directory.getFileName().toString(), name);
    try {
      var references = file.references();
      out.line(
          rows()
              .get()
              .kind("valueFile")
              .text("file", path.toString())
              .number("id", id)
              .number("bytes", file.bytes())
              .number("values", references.size())
              .toString());
      CorruptionError first = null;
      for (var reference : references) {
        try {
          var stored = file.stored(reference);
          out.line(
              rows()
                  .get()
                  .kind("value")
                  .number("offset", stored.offset())
                  .number("length", stored.length())
                  .number("rawLength", stored.rawLength())
                  .text("compression", stored.compression().name().toLowerCase(Locale.ROOT))
                  .toString());
        } catch (CorruptionError damaged) {
          first = first == null ? damaged : first;
        }
      }
      if (first != null) {
        throw first;
      }
    } finally {
      file.close();
    }
  }
}
