package io.concordkv.cli.shell;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.dump.DumpCommand;
import io.concordkv.cli.print.Out;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import picocli.CommandLine;

/// What the tab key offers: commands, then flags after a dash, else keys.
final class Completion implements Completer {
  private static final Set<String> TAKE_KEYS = new TreeSet<>(List.of("get", "put", "del", "watch"));

  private final KeySource keys;
  private final CommandLine commands;

  Completion(KeySource keys) {
    this.keys = keys;
    var nowhere = new Out(OutputStream.nullOutputStream());
    var session = new Session(InputStream.nullInputStream(), nowhere, System.err, Map.of());
    this.commands = Commands.line(new Root(session)).addSubcommand(DumpCommand.line(session));
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    var command = commands;
    var depth = 0;
    while (depth < line.wordIndex()) {
      var next = command.getSubcommands().get(line.words().get(depth).toLowerCase(Locale.ROOT));
      if (next == null) {
        break;
      }
      command = next;
      depth++;
    }
    if (depth == line.wordIndex() && !command.getSubcommands().isEmpty()) {
      command.getSubcommands().keySet().stream().sorted().forEach(name -> add(candidates, name));
      if (command.getParent() == null) {
        add(candidates, "exit");
      }
    } else if (line.word().startsWith("-")) {
      command.getCommandSpec().optionsMap().keySet().stream()
          .filter(name -> name.startsWith("--"))
          .sorted()
          .forEach(name -> add(candidates, name));
    } else if (TAKE_KEYS.contains(command.getCommandName())) {
      keys.startingWith(line.word()).forEach(key -> add(candidates, key));
    }
  }

  private static void add(List<Candidate> candidates, String text) {
    candidates.add(new Candidate(text));
  }
}
