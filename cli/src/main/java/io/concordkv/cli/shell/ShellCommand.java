package io.concordkv.cli.shell;

import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// A prompt if there is a terminal, else the lines of standard input, one command each.
@Command(name = "shell", description = "An interactive prompt, or commands from standard input")
public final class ShellCommand implements Callable<Integer> {
  private final Root root;

  public ShellCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Session session = root.session();
    var console = Objects.requireNonNull(System.console(), "a process has a console");
    return !console.isTerminal()
        ? new Script(session, root.options()).run()
        : new Prompt(session, root.options()).run();
  }
}
