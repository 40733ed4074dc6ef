package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest.SortOrder;
import io.concordkv.proto.etcdserverpb.RangeRequest.SortTarget;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a get can be told, alone or inside a transaction.
final class GetArguments {
  @Parameters(
      arity = "0..*",
      paramLabel = "key [end]",
      description = "end: the first key not wanted")
  List<String> arguments = List.of();

  @Option(names = "--prefix", description = "all keys that begin so")
  boolean prefix;

  @Option(names = "--from-key", description = "all keys from this one on")
  boolean fromKey;

  @Option(names = "--limit", paramLabel = "n", description = "at most so many")
  long limit;

  @Option(names = "--rev", paramLabel = "revision", description = "as it was then")
  long revision;

  @Option(names = "--order", paramLabel = "ASCEND|DESCEND", description = "order of the answer")
  String order = "";

  @Option(
      names = "--sort-by",
      paramLabel = "CREATE|KEY|MODIFY|VALUE|VERSION",
      description = "what the answer is ordered by")
  String sortBy = "";

  @Option(names = "--keys-only", description = "no values")
  boolean keysOnly;

  @Option(names = "--count-only", description = "how many, and nothing else")
  boolean countOnly;

  @Option(names = "--print-value-only", description = "no keys (simple only)")
  boolean valuesOnly;

  @Option(
      names = "--consistency",
      paramLabel = "l|s",
      description = "linearizable, or serializable: what the member asked has")
  String consistency = "l";

  @Option(names = "--min-mod-rev", paramLabel = "revision", description = "not modified before")
  long minModified;

  @Option(names = "--max-mod-rev", paramLabel = "revision", description = "not modified after")
  long maxModified;

  @Option(names = "--min-create-rev", paramLabel = "revision", description = "not created before")
  long minCreated;

  @Option(names = "--max-create-rev", paramLabel = "revision", description = "not created after")
  long maxCreated;

  RangeRequest request() {
    var keys =
        Keys.of(
            arguments,
            prefix,
            fromKey,
            "get command needs one argument as key and an optional argument as range_end");
    var request =
        RangeRequest.newBuilder()
            .setKey(keys.key())
            .setRangeEnd(keys.end())
            .setLimit(limit)
            .setRevision(revision)
            .setSerializable(serializable())
            .setKeysOnly(keysOnly)
            .setCountOnly(countOnly)
            .setMinModRevision(minModified)
            .setMaxModRevision(maxModified)
            .setMinCreateRevision(minCreated)
            .setMaxCreateRevision(maxCreated)
            .setSortTarget(target())
            .setSortOrder(sortOrder());
    // The natural order is free: asking for it would only make the server sort.
    if (request.getSortTarget() == SortTarget.KEY && request.getSortOrder() == SortOrder.ASCEND) {
      request.setSortOrder(SortOrder.NONE);
    }
    return request.build();
  }

  private boolean serializable() {
    return switch (consistency) {
      case "l" -> false;
      case "s" -> true;
      default ->
          throw new CommandFailure(
              ExitCode.BAD_FEATURE, "unknown consistency flag \"" + consistency + "\"");
    };
  }

  private SortOrder sortOrder() {
    return switch (order.toUpperCase(Locale.ROOT)) {
      case "" -> SortOrder.NONE;
      case "ASCEND" -> SortOrder.ASCEND;
      case "DESCEND" -> SortOrder.DESCEND;
      default -> throw new CommandFailure(ExitCode.BAD_FEATURE, "bad sort order " + order);
    };
  }

  private SortTarget target() {
    return switch (sortBy.toUpperCase(Locale.ROOT)) {
      case "", "KEY" -> SortTarget.KEY;
      case "CREATE" -> SortTarget.CREATE;
      case "MODIFY" -> SortTarget.MOD;
      case "VALUE" -> SortTarget.VALUE;
      case "VERSION" -> SortTarget.VERSION;
      default -> throw new CommandFailure(ExitCode.BAD_FEATURE, "bad sort target " + sortBy);
    };
  }
}
