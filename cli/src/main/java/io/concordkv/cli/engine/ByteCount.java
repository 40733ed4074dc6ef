package io.concordkv.cli.engine;

import java.io.PrintStream;
import java.util.Locale;

/// How many bytes were read, drawn again in its line where there is a terminal.
final class ByteCount {
  private static final long EVERY_BYTES = 16 << 20;

  private final PrintStream err;
  private final boolean terminal = Terminal.isThere();
  private long shown;

  ByteCount(PrintStream err) {
    this.err = err;
  }

  void show(long bytes) {
    if (terminal && bytes - shown >= EVERY_BYTES) {
      shown = bytes;
      err.printf(Locale.ROOT, "\r%,d MiB read", bytes >> 20);
    }
  }

  void end() {
    if (shown > 0) {
      err.println();
    }
  }
}
