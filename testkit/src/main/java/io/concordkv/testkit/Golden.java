package io.concordkv.testkit;

import io.concordkv.base.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Runs a transcript: a file of blocks, each a command, a line `----`, and the output expected. An
/// empty line ends a block; lines before a command that start with `#` are comments.
///
/// With `-Dgolden=write` the file is written anew with the output that there was; its diff is the
/// review.
public final class Golden {
  private static final Path RESOURCES = Path.of("src", "test", "resources");
  private static final String SEPARATOR = "----";

  private Golden() {}

  /// `file` is relative to the module's src/test/resources. `run` gets the command lines joined by
  /// line feeds; its output must not hold empty lines.
  public static void run(Path file, Function<String, String> run) {
    var path = RESOURCES.resolve(file);
    var actual = new ArrayList<String>();
    var differences = new ArrayList<String>();
    var lines = read(path).lines().toList();
    int at = 0;
    while (at < lines.size()) {
      var line = lines.get(at);
      if (line.isBlank() || line.startsWith("#")) {
        actual.add(line);
        at++;
        continue;
      }
      int start = at;
      var command = until(lines, at, true);
      at += command.size();
      Check.that(at < lines.size(), "a separator follows the command of line %d", start + 1L, 0);
      var expected = until(lines, at + 1, false);
      at += 1 + expected.size();
      var output = output(run.apply(String.join("\n", command)));
      if (!output.equals(expected)) {
        differences.add(
            file
                + ":"
                + (start + 1)
                + "\n"
                + String.join("\n", command)
                + "\nexpected:\n"
                + String.join("\n", expected)
                + "\nactual:\n"
                + String.join("\n", output));
      }
      actual.addAll(command);
      actual.add(SEPARATOR);
      actual.addAll(output);
    }
    if (System.getProperty("golden", "check").equals("write")) {
      write(path, String.join("\n", actual) + "\n");
    } else if (!differences.isEmpty()) {
      throw new AssertionError(
          differences.size()
              + " blocks differ (-Dgolden=write accepts what there is now)\n\n"
              + String.join("\n\n", differences));
    }
  }

  private static List<String> until(List<String> lines, int from, boolean separator) {
    int to = from;
    while (to < lines.size()
        && (separator ? !lines.get(to).equals(SEPARATOR) : !lines.get(to).isBlank())) {
      to++;
    }
    return lines.subList(from, to);
  }

  private static List<String> output(String text) {
    var lines = text.strip().lines().toList();
    for (var line : lines) {
      Check.that(!line.isBlank(), "output holds no empty lines");
    }
    return lines;
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path path, String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
