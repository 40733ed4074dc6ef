package io.concordkv.cli.command;

import io.concordkv.cli.print.Format;
import io.concordkv.cli.print.KvPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "get", description = "Read a key, or a range of keys")
final class GetCommand extends ClientCommand {
  @Mixin private GetArguments arguments = new GetArguments();

  @Override
  void run() {
    refuseTable();
    if (arguments.valuesOnly && format() != Format.SIMPLE) {
      throw badArguments("print-value-only is only for `--write-out=simple`");
    }
    var answer = client().kv().range(arguments.request());
    new KvPrinter(out(), format(), options().hex(), arguments.valuesOnly, arguments.countOnly)
        .range(answer);
  }
}
