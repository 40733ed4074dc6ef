package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;

/// Numbers in arguments, and what to say when they are none.
final class Numbers {
  private Numbers() {}

  static long signed(String text, ExitCode exit) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new CommandFailure(exit, notSigned(text));
    }
  }

  static long leaseId(String text, String what) {
    try {
      return Long.parseLong(text, 16);
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          ExitCode.BAD_ARGUMENTS, what + " (" + notSigned(text) + "), expecting ID in Hex");
    }
  }

  static long memberId(String text) {
    try {
      return Long.parseUnsignedLong(text, 16);
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          ExitCode.BAD_ARGUMENTS, "strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
    }
  }

  static String notSigned(String text) {
    return "strconv.ParseInt: parsing \"" + text + "\": invalid syntax";
  }
}
