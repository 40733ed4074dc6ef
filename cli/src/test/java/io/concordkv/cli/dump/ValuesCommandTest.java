package io.concordkv.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.print.Out;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is shown of values that lie apart from their keys.
final class ValuesCommandTest {
  @TempDir private Path directory;

  /// The exit code, and what was printed.
  private record Shown(int exit, String out, String err) {}

  private static Shown dump(String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    try (var session =
        new Session(
            InputStream.nullInputStream(),
            new Out(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of())) {
      int exit = DumpCommand.line(session).execute(words);
      return new Shown(
          exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  private Path only(String suffix) throws IOException {
    try (var files = Files.walk(directory.resolve("backup"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).findFirst().orElseThrow();
    }
  }

  @Test
  void a_value_file_is_shown_and_the_tables_that_refer_to_it() throws IOException {
    var options = Options.DEFAULT.withSetting("separate-values-from", "100");
    var backup = directory.resolve("backup");
    try (var db = ConcordDb.open(directory.resolve("store"), options)) {
      db.put(Bytes.of("large"), Bytes.of("x".repeat(1000)));
      db.put(Bytes.of("larger"), Bytes.of("y".repeat(2000)));
      db.put(Bytes.of("small"), Bytes.of("z"));
      var _ = db.backup(backup, _ -> {});
    }
    var values = only(".values");
    assertThat(dump("values", values.toString()).out())
        .contains("valueFile ")
        .contains("values=2")
        .contains("value offset=0 ")
        .contains("rawLength=1000 compression=lz4")
        .contains("rawLength=2000");
    var table = only(".sst");
    assertThat(dump("sst", table.toString()).out())
        .contains("entries=3")
        .contains("values file=")
        .contains("x".repeat(1000));
    assertThat(dump("manifest", String.valueOf(table.getParent())).out()).contains("values file=");

    var content = Files.readAllBytes(values);
    content[2] ^= 1;
    Files.write(values, content);
    assertThat(dump("values", values.toString()).out()).contains("rawLength=2000");
    assertThat(dump("values", table.toString()).exit()).isNotZero();
  }

  @Test
  void it_is_the_named_file_that_is_shown_whatever_copies_there_are() throws IOException {
    var options = Options.DEFAULT.withSetting("separate-values-from", "100");
    var backup = directory.resolve("backup");
    try (var db = ConcordDb.open(directory.resolve("store"), options)) {
      db.put(Bytes.of("large"), Bytes.of("x".repeat(1000)));
      var _ = db.backup(backup, _ -> {});
    }
    for (var word : List.of("values", "sst")) {
      var first = only("." + word);
      var copy = Path.of(first.toString().replace("." + word, "-1." + word));
      var content = Files.readAllBytes(first);
      content[2] ^= 1;
      Files.write(copy, content);
      assertThat(dump(word, first.toString()).exit()).isZero();
      assertThat(dump(word, copy.toString()).exit()).isNotZero();
      Files.delete(copy);
    }
    var table = only(".sst");
    assertThat(dump("manifest", String.valueOf(table.getParent())).out())
        .contains("file=" + table.getFileName());
  }
}
