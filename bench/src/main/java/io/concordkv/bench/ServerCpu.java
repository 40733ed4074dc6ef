package io.concordkv.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much processor time processes took, all their threads together, in user and kernel mode.
final class ServerCpu {
  /// Linux counts in hundredths of a second for everybody, whatever the kernel's own tick.
  private static final long MICROS_PER_TICK = 10_000;

  private ServerCpu() {}

  static long micros(List<Long> processes) {
    return processes.stream().mapToLong(ServerCpu::micros).sum();
  }

  private static long micros(long process) {
    try {
      return parse(Files.readString(Path.of("/proc", Long.toString(process), "stat")));
    } catch (IOException gone) {
      throw new UncheckedIOException("process " + process + " is gone", gone);
    }
  }

  /// Fields 14 and 15 of proc(5). The second field, the name in parentheses, may hold anything.
  static long parse(String stat) {
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
  }
}
