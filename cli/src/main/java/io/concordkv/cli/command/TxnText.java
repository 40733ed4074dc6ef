package io.concordkv.cli.command;

import com.google.protobuf.ByteString;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.Compare.CompareResult;
import io.concordkv.proto.etcdserverpb.Compare.CompareTarget;
import io.concordkv.proto.etcdserverpb.RequestOp;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/// The lines of a transaction: `mod("key") > "0"` and `put key value`.
final class TxnText {
  private static final Pattern COMPARISON =
      Pattern.compile(
          "(\\w+)\\(\"((?:[^\"\\\\]|\\\\.)*)\"\\)\\s*(\\S+)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*");

  private TxnText() {}

  static Compare comparison(String line) {
    var parts = COMPARISON.matcher(line);
    if (!parts.matches()) {
      throw invalid("malformed comparison: " + line);
    }
    var compare =
        Compare.newBuilder()
            .setKey(ByteString.copyFromUtf8(unescaped(parts.group(2))))
            .setResult(result(line, parts));
    var value = unescaped(parts.group(4));
    switch (parts.group(1)) {
      case "ver", "version" ->
          compare.setTarget(CompareTarget.VERSION).setVersion(number(line, value, 10));
      case "c", "create" ->
          compare.setTarget(CompareTarget.CREATE).setCreateRevision(number(line, value, 10));
      case "m", "mod" ->
          compare.setTarget(CompareTarget.MOD).setModRevision(number(line, value, 10));
      case "lease" -> compare.setTarget(CompareTarget.LEASE).setLease(number(line, value, 16));
      case "val", "value" ->
          compare.setTarget(CompareTarget.VALUE).setValue(ByteString.copyFromUtf8(value));
      default ->
          throw invalid(
              "malformed comparison: " + line + " (unknown target " + parts.group(1) + ")");
    }
    return compare.build();
  }

  private static CompareResult result(String line, Matcher parts) {
    return switch (parts.group(3)) {
      case "=", "==" -> CompareResult.EQUAL;
      case "!=" -> CompareResult.NOT_EQUAL;
      case ">" -> CompareResult.GREATER;
      case "<" -> CompareResult.LESS;
      default ->
          throw invalid(
              "malformed comparison: " + line + " (unknown operator " + parts.group(3) + ")");
    };
  }

  private static long number(String line, String text, int radix) {
    try {
      return Long.parseLong(text, radix);
    } catch (NumberFormatException e) {
      throw invalid("invalid txn compare request: " + line);
    }
  }

  private static String unescaped(String text) {
    return text.indexOf('\\') < 0 ? text : text.translateEscapes();
  }

  static RequestOp operation(String line) {
    var words = words(line);
    var name = words.isEmpty() ? "" : words.getFirst();
    var rest = words.stream().skip(1).toArray(String[]::new);
    try {
      return switch (name) {
        case "put" -> {
          var arguments = parsed(new PutArguments(), rest);
          yield RequestOp.newBuilder().setRequestPut(arguments.request(null)).build();
        }
        case "get" -> {
          var arguments = parsed(new GetArguments(), rest);
          yield RequestOp.newBuilder().setRequestRange(arguments.request()).build();
        }
        case "del" -> {
          var arguments = parsed(new DelArguments(), rest);
          yield RequestOp.newBuilder().setRequestDeleteRange(arguments.request()).build();
        }
        default -> throw invalid("invalid txn request: " + line);
      };
    } catch (CommandLine.ParameterException e) {
      throw invalid("invalid txn request: " + line + " (" + e.getMessage() + ")");
    }
  }

  private static <A> A parsed(A arguments, String[] words) {
    new CommandLine(arguments).parseArgs(words);
    return arguments;
  }

  private static List<String> words(String line) {
    try {
      return Words.of(line);
    } catch (IllegalArgumentException e) {
      throw invalid("invalid txn request: " + line + " (" + e.getMessage() + ")");
    }
  }

  private static CommandFailure invalid(String message) {
    return new CommandFailure(ExitCode.INVALID_INPUT, message);
  }
}
