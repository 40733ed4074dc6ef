package io.concordkv.cli.command;

import com.google.protobuf.ByteString;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.proto.etcdserverpb.PutRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a put can be told, alone or inside a transaction.
final class PutArguments {
  @Parameters(
      arity = "0..*",
      paramLabel = "key [value]",
      description = "value: else standard input")
  List<String> arguments = List.of();

  @Option(
      names = "--lease",
      paramLabel = "hex id",
      description = "the lease that the key ends with")
  String lease = "0";

  @Option(names = "--prev-kv", description = "print the pair as it was before")
  boolean previous;

  @Option(names = "--ignore-value", description = "keep the value")
  boolean ignoreValue;

  @Option(names = "--ignore-lease", description = "keep the lease")
  boolean ignoreLease;

  PutRequest request(@Nullable InputStream in) {
    var id = Numbers.leaseId(lease, "bad lease ID");
    if (arguments.isEmpty()) {
      throw ClientCommand.badArguments(
          "put command needs 1 argument and input from stdin or 2 arguments");
    }
    if (ignoreValue && arguments.size() > 1) {
      throw ClientCommand.badArguments(
          "put command needs only 1 argument when 'ignore-value' is set");
    }
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(arguments.getFirst()))
        .setValue(ignoreValue ? ByteString.EMPTY : value(in))
        .setLease(id)
        .setPrevKv(previous)
        .setIgnoreValue(ignoreValue)
        .setIgnoreLease(ignoreLease)
        .build();
  }

  private ByteString value(@Nullable InputStream in) {
    if (arguments.size() > 1) {
      return ByteString.copyFromUtf8(arguments.get(1));
    }
    if (in == null) {
      throw ClientCommand.badArguments("put command needs 2 arguments here");
    }
    var value = read(in);
    if (value.isEmpty()) {
      throw ClientCommand.badArguments(
          "put command needs 1 argument and input from stdin or 2 arguments");
    }
    return value;
  }

  private static ByteString read(InputStream in) {
    try {
      return ByteString.readFrom(in);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.IO, "cannot read the value: " + e.getMessage());
    }
  }
}
