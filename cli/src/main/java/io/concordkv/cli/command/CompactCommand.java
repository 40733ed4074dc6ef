package io.concordkv.cli.command;

import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compact",
    aliases = "compaction",
    description = "Forget what was overwritten or deleted before a revision")
final class CompactCommand extends ClientCommand {
  @Parameters(arity = "0..*", paramLabel = "revision", description = "the oldest to stay readable")
  private List<String> arguments = List.of();

  @Option(names = "--physical", description = "wait until the space is free")
  private boolean physical;

  @Override
  void run() {
    if (arguments.size() != 1) {
      throw badArguments("compaction command needs 1 argument");
    }
    var revision = Numbers.signed(arguments.getFirst(), ExitCode.ERROR);
    client()
        .kv()
        .compact(
            CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build());
    out().line("compacted revision " + revision);
  }
}
