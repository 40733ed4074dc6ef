package io.concordkv.cli.outcome;

/// What the command tells its caller; the numbers are those of etcdctl.
public enum ExitCode {
  OK(0, "the command did what it should"),
  ERROR(1, "the server said no, or the command line was not understood"),
  BAD_CONNECTION(2, "no server could be reached, or the connection broke"),
  INVALID_INPUT(3, "what was read (a transaction, a file) cannot be understood"),
  BAD_FEATURE(4, "an option has a value that is not supported; also: no good JDK was found"),
  INTERRUPTED(5, "the command was ended from outside, as a watch by the server"),
  IO(6, "a file or the terminal failed"),
  BAD_ARGUMENTS(128, "an argument is missing, is too much or has the wrong form");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }
}
