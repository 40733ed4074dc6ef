package io.concordkv.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.cli.print.Out;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

final class CommandsTest {
  private static CommandLine line() {
    var session =
        new Session(
            InputStream.nullInputStream(),
            new Out(new ByteArrayOutputStream()),
            new PrintStream(new ByteArrayOutputStream()),
            Map.of());
    return Commands.line(new Root(session));
  }

  static Stream<List<String>> commands() {
    var all = new ArrayList<List<String>>();
    collect(line(), List.of(), all);
    assertThat(all).contains(List.of(), List.of("put"), List.of("member", "replace"));
    return all.stream();
  }

  private static void collect(CommandLine line, List<String> words, List<List<String>> all) {
    all.add(words);
    line.getSubcommands()
        .forEach((name, below) -> {
          var longer = new ArrayList<>(words);
          longer.add(name);
          collect(below, longer, all);
        });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void every_command_explains_itself(List<String> words) {
    var printed = new StringWriter();
    var line = line().setOut(new PrintWriter(printed));
    var asked = new ArrayList<>(words);
    asked.add("--help");

    assertThat(line.execute(asked.toArray(new String[0]))).isZero();
    var command = line;
    for (var word : words) {
      command = Objects.requireNonNull(command.getSubcommands().get(word));
    }
    assertThat(printed.toString())
        .startsWith("Usage: " + command.getCommandSpec().qualifiedName() + " ")
        .contains("--help");
  }
}
