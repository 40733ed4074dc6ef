package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.client.ClientException;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "watch", description = "Print changes as they happen, and history")
final class WatchCommand extends ClientCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "key [end]",
      description = "end: the first key not wanted")
  private List<String> arguments = List.of();

  @Option(names = "--prefix", description = "all keys that begin so")
  private boolean prefix;

  @Option(names = "--rev", paramLabel = "revision", description = "begin there, not now")
  private long revision;

  @Option(names = "--prev-kv", description = "print also what was there before")
  private boolean previous;

  @Option(names = "--progress-notify", description = "ask the server for notices of progress")
  private boolean progress;

  @Override
  void run() throws InterruptedException {
    refuseTable();
    if (arguments.isEmpty() || arguments.size() > 2) {
      throw badArguments("bad number of arguments");
    }
    if (prefix && arguments.size() > 1) {
      throw badArguments("`range_end` and `--prefix` are mutually exclusive");
    }
    var keys = Keys.of(arguments, prefix, false, "bad number of arguments");
    var request =
        WatchCreateRequest.newBuilder()
            .setKey(keys.key())
            .setRangeEnd(keys.end())
            .setStartRevision(revision)
            .setPrevKv(previous)
            .setProgressNotify(progress)
            .build();
    try (var watcher = client().watch().open(request)) {
      while (true) {
        printer().watch(watcher.next());
      }
    } catch (ClientException.Compacted | ClientException.Rejected e) {
      throw new CommandFailure(
          ExitCode.INTERRUPTED,
          "watch was canceled (" + e.getMessage() + ")\nError: watch is canceled by the server");
    }
  }
}
