package io.concordkv.cli.command;

import io.concordkv.cli.outcome.ExitCode;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "help", description = "Help about a command; also: help exit-codes")
final class HelpTopics implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "command")
  private List<String> topic = List.of();

  @NullUnmarked
  HelpTopics() {}

  @Override
  public void run() {
    var out = ((Root) spec.root().userObject()).session().out();
    if (topic.equals(List.of("exit-codes"))) {
      for (var code : ExitCode.values()) {
        out.line("%4d  %s".formatted(code.number(), code.meaning()));
      }
      return;
    }
    CommandLine command = spec.root().commandLine();
    for (var name : topic) {
      var next = command.getSubcommands().get(name);
      if (next == null) {
        throw ClientCommand.badArguments("there is no command \"" + name + "\" to help with");
      }
      command = next;
    }
    out.text(command.getUsageMessage());
  }
}
