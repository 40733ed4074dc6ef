package io.concordkv.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "put", description = "Store a value under a key")
final class PutCommand extends ClientCommand {
  @Mixin private PutArguments arguments = new PutArguments();

  @Override
  void run() {
    refuseTable();
    printer().put(client().kv().put(arguments.request(session().wholeInput())));
  }
}
