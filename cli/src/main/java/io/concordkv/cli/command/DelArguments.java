package io.concordkv.cli.command;

import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a deletion can be told, alone or inside a transaction.
final class DelArguments {
  @Parameters(arity = "0..*", paramLabel = "key [end]", description = "end: the first key to keep")
  List<String> arguments = List.of();

  @Option(names = "--prefix", description = "all keys that begin so")
  boolean prefix;

  @Option(names = "--from-key", description = "all keys from this one on")
  boolean fromKey;

  @Option(names = "--prev-kv", description = "print what was deleted")
  boolean previous;

  @Option(names = "--range", description = "a range is meant (accepted as etcdctl does)")
  boolean range;

  DeleteRangeRequest request() {
    var keys =
        Keys.of(
            arguments,
            prefix,
            fromKey,
            "del command needs one argument as key and an optional argument as range_end");
    return DeleteRangeRequest.newBuilder()
        .setKey(keys.key())
        .setRangeEnd(keys.end())
        .setPrevKv(previous)
        .build();
  }
}
