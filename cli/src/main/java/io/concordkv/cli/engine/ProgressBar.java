package io.concordkv.cli.engine;

import java.io.PrintStream;
import java.util.Locale;

/// How far a long work is: drawn again in its line where there is a terminal; elsewhere nobody
/// wants to see it.
final class ProgressBar {
  private static final int WIDTH = 40;

  private final PrintStream err;
  private final String unit;
  private final boolean terminal;
  private int drawn = -1;

  /// @param unit of what is counted, in the plural
  ProgressBar(PrintStream err, String unit) {
    this.err = err;
    this.unit = unit;
    terminal = Terminal.isThere();
  }

  void show(long done, long all) {
    long percent = all == 0 ? 100 : 100 * done / all;
    if (!terminal || percent == drawn) {
      return;
    }
    drawn = (int) percent;
    int full = drawn * WIDTH / 100;
    err.printf(
        Locale.ROOT,
        "\r[%s%s] %3d %% %,d %s",
        "=".repeat(full),
        " ".repeat(WIDTH - full),
        percent,
        done,
        unit);
  }

  void end() {
    if (drawn >= 0) {
      err.println();
    }
  }
}
