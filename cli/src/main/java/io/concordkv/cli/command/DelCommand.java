package io.concordkv.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "del", description = "Delete a key, or a range of keys")
final class DelCommand extends ClientCommand {
  @Mixin private DelArguments arguments = new DelArguments();

  @Override
  void run() {
    refuseTable();
    printer().delete(client().kv().delete(arguments.request()));
  }
}
