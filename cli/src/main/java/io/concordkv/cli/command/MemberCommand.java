package io.concordkv.cli.command;

import io.concordkv.cli.print.ClusterPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "member",
    description = "Who belongs to the cluster",
    subcommands = MemberCommand.ListAll.class)
final class MemberCommand {
  @Command(name = "list", description = "All members")
  static final class ListAll extends ClientCommand {
    @Option(names = "--consistency", paramLabel = "l|s", description = "s: without asking a leader")
    private String consistency = "l";

    @Override
    void run() {
      var answer = client().cluster().members(!consistency.equals("s"));
      new ClusterPrinter(out(), format(), options().hex()).members(answer);
    }
  }
}
