package io.concordkv.cli.outcome;

/// Ends a command with a message for its user and a code for its caller.
public final class CommandFailure extends RuntimeException {
  private final ExitCode exit;

  public CommandFailure(ExitCode exit, String message) {
    super(message, null, false, false);
    this.exit = exit;
  }

  public ExitCode exit() {
    return exit;
  }
}
