package io.concordkv.cli.engine;

/// Whether somebody watches.
final class Terminal {
  private Terminal() {}

  @SuppressWarnings("SystemConsoleNull") // it is, unless the launcher asks for one
  static boolean isThere() {
    var console = System.console();
    return console != null && console.isTerminal();
  }
}
