package io.concordkv.cli.command;

import com.google.protobuf.ByteString;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import java.util.List;

/// A key and the end of its range, as the wire wants them.
///
/// @param end empty: the one key; a single zero byte: everything from the key on
record Keys(ByteString key, ByteString end) {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  static Keys of(List<String> arguments, boolean prefix, boolean fromKey, String usage) {
    if (prefix && fromKey) {
      throw bad("`--prefix` and `--from-key` cannot be set at the same time, choose one");
    }
    if (arguments.isEmpty()) {
      throw bad(usage);
    }
    if ((prefix || fromKey) && arguments.size() > 1) {
      throw bad(
          "too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
    }
    if (arguments.size() > 2) {
      throw bad(usage);
    }
    var key = ByteString.copyFromUtf8(arguments.getFirst());
    if (prefix || fromKey) {
      var first = key.isEmpty() ? ZERO : key;
      return new Keys(first, fromKey || key.isEmpty() ? ZERO : afterPrefix(key));
    }
    var end = arguments.size() > 1 ? ByteString.copyFromUtf8(arguments.get(1)) : ByteString.EMPTY;
    return new Keys(key, end);
  }

  /// The smallest key that is greater than all keys with this prefix.
  static ByteString afterPrefix(ByteString prefix) {
    for (var i = prefix.size() - 1; i >= 0; i--) {
      if (prefix.byteAt(i) != (byte) 0xff) {
        var last = ByteString.copyFrom(new byte[] {(byte) (prefix.byteAt(i) + 1)});
        return prefix.substring(0, i).concat(last);
      }
    }
    return ZERO;
  }

  private static CommandFailure bad(String message) {
    return new CommandFailure(ExitCode.BAD_ARGUMENTS, message);
  }
}
